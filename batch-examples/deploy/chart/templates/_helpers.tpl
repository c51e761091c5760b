{{- define "batch.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "batch.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains (include "batch.name" .) .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "batch.name" .) | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "batch.selector" -}}
app.kubernetes.io/name: {{ include "batch.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "batch.labels" -}}
{{ include "batch.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "batch.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "batch.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "batch.image" -}}
{{- $repository := required "image.repository: name the image, such as registry.example/batch-processor" .Values.image.repository -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" $repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" $repository (default .Chart.AppVersion .Values.image.tag) -}}
{{- end -}}
{{- end -}}

{{- /* The environment variable of a setting: BATCH_REDIS_URL for redis.url. */ -}}
{{- define "batch.variable" -}}
{{- printf "BATCH_%s" (regexReplaceAll "[.-]" (regexReplaceAll "([a-z0-9])([A-Z])" . "${1}_${2}") "_" | upper) -}}
{{- end -}}

{{- /* The configuration file. */ -}}
{{- define "batch.config" -}}
{{- $config := deepCopy .Values.settings -}}
{{- $_ := set $config "drain-timeout" (printf "%ds" (int64 .Values.drainTimeoutSeconds)) -}}
{{- range $setting, $source := .Values.secretFiles -}}
{{- $_ := set $config $setting (printf "/run/secrets/batch/%s" $setting) -}}
{{- end -}}
{{- with .Values.queues }}{{ $_ := set $config "queues" . }}{{ end -}}
{{- with .Values.pools }}{{ $_ := set $config "pools" . }}{{ end -}}
{{- toPrettyJson $config -}}
{{- end -}}

{{- /* The transport, and whether it is one of Redis's. */ -}}
{{- define "batch.transport" -}}
{{- default "memory" (get .Values.settings "message-queue-impl") -}}
{{- end -}}

{{- /* The hosts of Redis as host:port, comma separated; empty if the chart can't know them. */ -}}
{{- define "batch.redisAddress" -}}
{{- if .Values.autoscaling.redisAddress -}}
{{- .Values.autoscaling.redisAddress -}}
{{- else if not (hasKey .Values.secretSettings "redis.url") -}}
{{- $hosts := list -}}
{{- $authority := get .Values.settings "redis.url" | default "" | regexFind "://[^/]*" | trimPrefix "://" -}}
{{- range $authority | splitList "@" | last | splitList "," | compact -}}
{{- $hosts = append $hosts (contains ":" . | ternary . (printf "%s:6379" .)) -}}
{{- end -}}
{{- join "," $hosts -}}
{{- end -}}
{{- end -}}

{{- /* The port of a URL. */ -}}
{{- define "batch.port" -}}
{{- $authority := regexFind "://[^/]*" . -}}
{{- $port := regexFind ":[0-9]+$" $authority | trimPrefix ":" -}}
{{- $port | default (hasPrefix "https" . | ternary "443" "80") -}}
{{- end -}}
