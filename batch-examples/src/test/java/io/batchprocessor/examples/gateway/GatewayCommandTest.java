package io.batchprocessor.examples.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class GatewayCommandTest {

  @Test
  void flags_reach_the_gateway() throws Exception {
    GatewayCommand command = new GatewayCommand();
    new CommandLine(command)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .parseArgs(
            "--accelerator=a100",
            "--slots=7",
            "--queue-limit",
            "0",
            "--step-micros=1000",
            "--prefill-token-micros=2",
            "--model",
            "other",
            "--path=/generate",
            "--retry-after-seconds=3",
            "--objective=urgent=9",
            "--failure-rate=error=1");
    try (SimulatedGateway gateway = command.gateway().start();
        GatewayClient client = new GatewayClient(gateway.uri())) {
      HttpResponse<String> answer = client.post("/generate", GatewayClient.body(1)).join();

      assertThat(answer.statusCode()).isEqualTo(500);
      assertThat(client.get("/v1/models").body()).contains("\"other\"");
    }
  }

  @Test
  void wrong_settings_are_told_in_one_line_with_exit_code_2() {
    assertThat(errorOf("--slots=0")).contains("slots must be at least 1, was 0");
    assertThat(errorOf("--failure-rate=nonsense=1")).contains("nonsense").contains("slow-body");
    assertThat(errorOf("--failure-rate=error=2")).contains("ERROR").contains("0..1");
    assertThat(errorOf("--time-scale=fast")).contains("--time-scale");
    assertThat(errorOf("--sloots=1")).contains("--sloots").contains("--help");
  }

  @Test
  void help_is_no_error() {
    assertThat(GatewayCommand.run("--help")).isZero();
  }

  private static String errorOf(String... args) {
    PrintStream before = System.err;
    ByteArrayOutputStream captured = new ByteArrayOutputStream();
    System.setErr(new PrintStream(captured, true, StandardCharsets.UTF_8));
    try {
      assertThat(GatewayCommand.run(args)).isEqualTo(CommandLine.ExitCode.USAGE);
    } finally {
      System.setErr(before);
    }
    String error = captured.toString(StandardCharsets.UTF_8);
    assertThat(error.lines()).hasSize(1);
    return error;
  }
}
