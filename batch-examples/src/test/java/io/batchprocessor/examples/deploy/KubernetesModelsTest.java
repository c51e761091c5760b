package io.batchprocessor.examples.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The check of the manifests finds what the API server would refuse. */
class KubernetesModelsTest {

  private static final String DEPLOYMENT =
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: batch}
      spec:
        replicas: 2
        selector: {matchLabels: {app: batch}}
        template:
          metadata: {annotations: {port: "8080"}}
          spec:
            terminationGracePeriodSeconds: 50
            containers:
              - name: processor
                image: batch
                resources: {limits: {memory: 1Gi, cpu: 2}}
                livenessProbe: {httpGet: {path: /, port: http}}
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "replicas: 2 | replicas: 2 |",
        "replicas: 2 | replicas: two | Deployment.spec.replicas must be Integer",
        "replicas: 2 | replica: 2 | Deployment.spec.replica is not known",
        "replicas: 2 | replicas: | Deployment.spec.replicas is null",
        "'\"8080\"' | 8080 | Deployment.spec.template.metadata.annotations[0] must be String",
        "- name: processor | - tty: true | Deployment.spec.template.spec.containers[0].name is missing",
        "port: http | prot: http | httpGet.port is missing",
        "port: http | port: [http] | httpGet.port must be IntOrString",
        "Seconds: 50 | Seconds: '50s' | terminationGracePeriodSeconds must be Long",
        "apps/v1 | apps/v2 | Deployment: unknown apiVersion",
        "Deployment | Deploiment | unknown kind"
      })
  void a_fault_is_found_with_its_place(String right, String written, String fault) {
    String text = DEPLOYMENT.replace(right, written);
    assertThat(KubernetesModels.faults(Deployment.yaml(text).get(0)).toString())
        .as(text)
        .contains(fault == null ? "[]" : fault);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "streamLength: '\"5\"' | streamLength: '\"5\"' | []",
        "streamLength: \"5\" | streamLength: 5 | metadata[1] must be String",
        "triggers | trigger | ScaledObject.spec.triggers is missing",
        "name: batch | nam: batch | name is missing"
      })
  void of_keda_too(String right, String written, String fault) {
    String text =
        """
        apiVersion: keda.sh/v1alpha1
        kind: ScaledObject
        metadata: {name: batch}
        spec:
          scaleTargetRef: {name: batch}
          triggers:
            - type: redis-streams
              metadata: {stream: batch-stream, streamLength: "5"}
        """
            .replace(right, written);
    assertThat(KubernetesModels.faults(Deployment.yaml(text).get(0)).toString()).contains(fault);
  }
}
