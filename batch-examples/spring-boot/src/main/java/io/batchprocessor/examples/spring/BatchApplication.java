package io.batchprocessor.examples.spring;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The service; what it is made of is in {@link BatchConfiguration}. */
@SpringBootApplication
public class BatchApplication {

  /** Starts it. */
  public static void main(String[] args) {
    SpringApplication.run(BatchApplication.class, args);
  }
}
