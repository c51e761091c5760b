package io.batchprocessor.testkit;

import io.batchprocessor.spi.Delivery;
import io.batchprocessor.spi.Transport;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A transport whose process dies at a call that moves messages, as if by SIGKILL: right before the
 * call, or right after it. It has the abilities of the transport that it stands for.
 */
final class DyingTransport {

  private final String point;
  private final IdentityHashMap<Object, Object> around = new IdentityHashMap<>();

  private DyingTransport(String point) {
    this.point = point;
  }

  /**
   * A transport that does what another does, until then.
   *
   * @param point when it dies, as in {@code before:transport.settle}, {@code
   *     after:requests.receive}, {@code after:retries.schedule}, {@code before:results.publish},
   *     {@code after:deadLetters.deadLetter}
   */
  static Transport dying(Transport transport, String point) {
    DyingTransport death = new DyingTransport(point);
    transport.requestQueues().forEach(queue -> death.put("requests", queue));
    death.put("retries", transport.retryQueue());
    death.put("results", transport.resultQueue());
    transport.deadLetterQueue().ifPresent(queue -> death.put("deadLetters", queue));
    return (Transport) death.proxy("transport", transport);
  }

  private void put(String role, Object target) {
    around.put(target, proxy(role, target));
  }

  private Object proxy(String role, Object target) {
    return Proxy.newProxyInstance(
        DyingTransport.class.getClassLoader(),
        interfacesOf(target.getClass()).toArray(Class<?>[]::new),
        (proxy, method, args) -> call(role, target, method, args));
  }

  private @Nullable Object call(String role, Object target, Method method, Object @Nullable [] args)
      throws Throwable {
    String name = role + "." + method.getName();
    die("before:" + name, true);
    Object result;
    try {
      result = method.invoke(target, args);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
    die("after:" + name, !method.getName().equals("receive") || hasDeliveries(result));
    return wrapped(result);
  }

  private void die(String here, boolean moved) {
    if (moved && here.equals(point)) {
      Runtime.getRuntime().halt(ProcessorMain.DIED);
    }
  }

  private static boolean hasDeliveries(@Nullable Object result) {
    return result instanceof List<?> list && list.stream().anyMatch(Delivery.class::isInstance);
  }

  private @Nullable Object wrapped(@Nullable Object result) {
    if (result instanceof List<?> list) {
      return list.stream().map(one -> around.getOrDefault(one, one)).toList();
    }
    if (result instanceof Optional<?> optional) {
      return optional.map(one -> around.getOrDefault(one, one));
    }
    return result == null ? null : around.getOrDefault(result, result);
  }

  /** Those of the SPI, of this class and of what it extends. */
  private static Set<Class<?>> interfacesOf(Class<?> type) {
    Set<Class<?>> all = new LinkedHashSet<>();
    for (Class<?> each = type; each != null; each = each.getSuperclass()) {
      for (Class<?> one : each.getInterfaces()) {
        if (one.getPackageName().equals(Transport.class.getPackageName())) {
          all.add(one);
        }
        all.addAll(interfacesOf(one));
      }
    }
    return all;
  }
}
