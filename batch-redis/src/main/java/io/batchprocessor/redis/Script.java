package io.batchprocessor.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * A Lua script of this module. It is called by its hash; a server that does not know it, because it
 * is new, was restarted, took over from another or lost its scripts, gets the text, once.
 */
final class Script {

  /** Anything that can execute a command and return its raw answer. */
  @FunctionalInterface
  interface Caller {
    Object call(CommandArguments command);
  }

  private final byte[] text;
  private final byte[] sha;

  private Script(byte[] text) {
    this.text = text;
    this.sha = hex(text);
  }

  /** A script made of resource files, in this order. */
  static Script of(String... files) {
    StringBuilder text = new StringBuilder();
    for (String file : files) {
      text.append(resource(file)).append('\n');
    }
    return new Script(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  Object run(Caller redis, List<byte[]> keys, List<byte[]> args) {
    try {
      return redis.call(command(Command.EVALSHA, sha, keys, args));
    } catch (JedisDataException e) {
      if (!isNoScript(e)) {
        throw e;
      }
      return redis.call(command(Command.EVAL, text, keys, args));
    }
  }

  private static boolean isNoScript(JedisDataException e) {
    return e.getMessage() != null && e.getMessage().startsWith("NOSCRIPT");
  }

  private static CommandArguments command(
      Command command, byte[] script, List<byte[]> keys, List<byte[]> args) {
    CommandArguments arguments = new CommandArguments(command).add(script).add(keys.size());
    keys.forEach(arguments::key);
    args.forEach(arguments::add);
    return arguments;
  }

  private static String resource(String file) {
    try (InputStream in = Script.class.getResourceAsStream(file)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + file);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] hex(byte[] text) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-1").digest(text);
      return HexFormat.of().formatHex(digest).getBytes(StandardCharsets.US_ASCII);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
