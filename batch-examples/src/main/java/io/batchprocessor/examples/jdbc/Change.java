package io.batchprocessor.examples.jdbc;

import io.batchprocessor.spi.Delivery;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/** What is to become of a delivery: the parameters of a statement that changes its row. */
record Change(Delivery delivery, Receipt receipt, List<Object> parameters) {

  /** The row of a delivery, and which of the row's hand-outs it was. */
  record Receipt(long id, long fence) {}

  /** Its parameters are {@code values}, then the row and the fence. */
  static Change of(Delivery delivery, Object... values) {
    Receipt receipt = (Receipt) Objects.requireNonNull(delivery.receipt());
    List<Object> parameters = new ArrayList<>(List.of(values));
    Collections.addAll(parameters, receipt.id(), receipt.fence());
    return new Change(delivery, receipt, parameters);
  }
}
