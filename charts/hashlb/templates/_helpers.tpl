{{/* The release's labels; call with (list . "operator"). */}}
{{- define "hashlb.labels" -}}
{{- $root := index . 0 -}}
helm.sh/chart: {{ $root.Chart.Name }}-{{ $root.Chart.Version | replace "+" "_" }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
app.kubernetes.io/part-of: hashlb
{{ include "hashlb.selector" . }}
{{- end -}}

{{- define "hashlb.selector" -}}
app.kubernetes.io/name: hashlb
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* An image's name; call with (list . .Values.images.operator). */}}
{{- define "hashlb.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ $image.tag | default $root.Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "hashlb.pullSecrets" -}}
{{- with .Values.images.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* The port of host:port, and whether the host is loopback. */}}
{{- define "hashlb.metricsPort" -}}
{{ regexFind "[0-9]+$" .Values.dataPlane.metricsAddress }}
{{- end -}}
{{- define "hashlb.metricsOnLoopback" -}}
{{- if regexMatch "^(127\\.|\\[::1\\])" .Values.dataPlane.metricsAddress }}true{{ end -}}
{{- end -}}

{{/* A probe's httpGet; call with (list . "/healthz"). */}}
{{- define "hashlb.metricsGet" -}}
path: {{ index . 1 }}
port: {{ include "hashlb.metricsPort" (index . 0) }}
{{- if include "hashlb.metricsOnLoopback" (index . 0) }}
host: {{ regexReplaceAll ":[0-9]+$" (index . 0).Values.dataPlane.metricsAddress "" | trimAll "[]" }}
{{- end }}
{{- end -}}

{{/* The restricted Pod Security level, for what needs no more. */}}
{{- define "hashlb.unprivileged" -}}
runAsNonRoot: true
seccompProfile: {type: RuntimeDefault}
{{- end -}}
{{- define "hashlb.unprivilegedContainer" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}
