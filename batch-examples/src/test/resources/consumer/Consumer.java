package com.example;

import io.batchprocessor.*;
import io.batchprocessor.memory.*;
import io.batchprocessor.message.*;
import java.net.URI;
import java.time.*;
import java.util.concurrent.*;

public class Consumer {

  public static void main(String[] args) throws Exception {
@snippet@
  }
}
