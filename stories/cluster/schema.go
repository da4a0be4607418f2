package cluster

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// kind is a kind of objects, and where they are found.
type kind struct {
	group, version, name, plural string
	everywhere                   bool // of the cluster, and not of a namespace
	custom                       bool // by a CustomResourceDefinition: no strategic patch, any field
}

func (k kind) prefix() string {
	if k.group == "" {
		return "/api/" + k.version
	}
	return "/apis/" + k.group + "/" + k.version
}

func (k kind) apiVersion() string {
	if k.group == "" {
		return k.version
	}
	return k.group + "/" + k.version
}

// qualified is the kind as errors name it.
func (k kind) qualified() string {
	if k.group == "" {
		return k.plural
	}
	return k.plural + "." + k.group
}

var kinds = []kind{
	{"", "v1", "Pod", "pods", false, false},
	{"", "v1", "Service", "services", false, false},
	{"", "v1", "ConfigMap", "configmaps", false, false},
	{"", "v1", "Secret", "secrets", false, false},
	{"", "v1", "ResourceQuota", "resourcequotas", false, false},
	{"", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", false, false},
	{"", "v1", "Namespace", "namespaces", true, false},
	{"", "v1", "Node", "nodes", true, false},
	{"apps", "v1", "Deployment", "deployments", false, false},
	{"apps", "v1", "ReplicaSet", "replicasets", false, false},
	{"apps", "v1", "DaemonSet", "daemonsets", false, false},
	{"networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", false, false},
	{"policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", false, false},
	{"scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", true, false},
	{"chaos-mesh.org", "v1alpha1", "Schedule", "schedules", false, true},
	{"chaos-mesh.org", "v1alpha1", "NetworkChaos", "networkchaos", false, true},
	{"security.istio.io", "v1", "AuthorizationPolicy", "authorizationpolicies", false, true},
}

// fields are the types that have fields, each with those it has. A field is s (text), i
// (whole number), b (true or false), q (a quantity), any, m or mq (a map of texts or of
// quantities), a type, []T (a list that is replaced as a whole) or [key]T (a list whose
// items are told apart by a key).
var fields = parseFields(`
ObjectMeta name:s generateName:s namespace:s uid:s resourceVersion:s generation:i creationTimestamp:s deletionTimestamp:s labels:m annotations:m ownerReferences:[uid]any finalizers:[]s managedFields:any
Deployment spec:DeploymentSpec status:any
DeploymentSpec replicas:i selector:LabelSelector template:PodTemplate strategy:any minReadySeconds:i revisionHistoryLimit:i paused:b progressDeadlineSeconds:i
DaemonSet spec:any status:any
ReplicaSet spec:DeploymentSpec status:any
LabelSelector matchLabels:m matchExpressions:[]any
PodTemplate metadata:ObjectMeta spec:PodSpec
PodSpec containers:[name]Container initContainers:[name]Container volumes:[name]any nodeSelector:m nodeName:s affinity:Affinity tolerations:[]any priorityClassName:s priority:i dnsPolicy:s dnsConfig:any serviceAccountName:s restartPolicy:s terminationGracePeriodSeconds:i imagePullSecrets:[name]any securityContext:any hostNetwork:b schedulerName:s
Affinity nodeAffinity:any podAffinity:any podAntiAffinity:any
Container name:s image:s command:[]s args:[]s env:[name]EnvVar envFrom:[]any ports:[containerPort]Port resources:Resources readinessProbe:Probe livenessProbe:Probe startupProbe:Probe volumeMounts:[mountPath]any imagePullPolicy:s securityContext:any workingDir:s
EnvVar name:s value:s valueFrom:any
Port name:s containerPort:i hostPort:i protocol:s
Resources limits:mq requests:mq
Probe httpGet:any tcpSocket:any exec:Exec grpc:any initialDelaySeconds:i periodSeconds:i timeoutSeconds:i successThreshold:i failureThreshold:i
Exec command:[]s
Pod spec:PodSpec status:any
Service spec:ServiceSpec status:any
ServiceSpec selector:m ports:[port]ServicePort type:s clusterIP:s clusterIPs:[]s sessionAffinity:s
ServicePort name:s port:i targetPort:any protocol:s nodePort:i appProtocol:s
ConfigMap data:m binaryData:m immutable:b
Secret data:m stringData:m type:s immutable:b
ResourceQuota spec:QuotaSpec status:any
QuotaSpec hard:mq scopes:[]s
PersistentVolumeClaim spec:ClaimSpec status:any
ClaimSpec storageClassName:s accessModes:[]s resources:Resources volumeName:s
Namespace spec:any status:any
Node spec:NodeSpec status:any
NodeSpec unschedulable:b taints:[]any podCIDR:s
NetworkPolicy spec:NetworkPolicySpec
NetworkPolicySpec podSelector:LabelSelector policyTypes:[]s ingress:[]any egress:[]any
PodDisruptionBudget spec:BudgetSpec status:any
BudgetSpec minAvailable:i maxUnavailable:i selector:LabelSelector
PriorityClass value:i globalDefault:b description:s preemptionPolicy:s
`)

func parseFields(text string) map[string]map[string]string {
	types := map[string]map[string]string{}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		types[words[0]] = map[string]string{}
		for _, w := range words[1:] {
			name, of, _ := strings.Cut(w, ":")
			types[words[0]][name] = of
		}
	}
	for _, k := range kinds {
		if top := types[k.name]; top != nil {
			top["apiVersion"], top["kind"], top["metadata"] = "s", "s", "ObjectMeta"
		}
	}
	return types
}

// listOf is the key and the type of a list's items; ok is false for what is no list.
func listOf(of string) (key, item string, ok bool) {
	rest, ok := strings.CutPrefix(of, "[")
	if !ok {
		return "", "", false
	}
	key, item, _ = strings.Cut(rest, "]")
	return key, item, true
}

var quantity = regexp.MustCompile(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(([KMGTPE]i)|[numkMGTPE]|([eE][+-]?[0-9]+))?$`)

// look goes over a value of a type: what its fields may not be is an error, and unknown
// fields are listed and taken out.
func look(of string, v any, path string, unknown *[]string) error {
	if v == nil || of == "any" {
		return nil
	}
	bad := func(wanted string) error {
		return fmt.Errorf("json: cannot unmarshal %T into Go struct field %s of type %s", v, path, wanted)
	}
	if key, item, ok := listOf(of); ok {
		return lookList(key, item, v, path, unknown)
	}
	switch of {
	case "s":
		if _, ok := v.(string); !ok {
			return bad("string")
		}
		return nil
	case "i":
		if n, ok := v.(float64); !ok || n != float64(int64(n)) {
			return bad("int32")
		}
		return nil
	case "b":
		if _, ok := v.(bool); !ok {
			return bad("bool")
		}
		return nil
	case "q":
		if !quantity.MatchString(fmt.Sprint(v)) {
			return fmt.Errorf("quantities must match the regular expression '%s'", quantity)
		}
		return nil
	}
	m, ok := v.(object)
	if !ok {
		return bad("object")
	}
	if of == "m" || of == "mq" {
		for name, v := range m {
			if err := look(strings.TrimPrefix(map[string]string{"m": "s", "mq": "q"}[of], "-"), v, path+"."+name, unknown); err != nil {
				return err
			}
		}
		return nil
	}
	for _, name := range sorted(m) {
		of, known := fields[of][name]
		at := strings.TrimPrefix(path+"."+name, ".")
		if !known {
			*unknown = append(*unknown, at)
			delete(m, name)
			continue
		}
		if err := look(of, m[name], at, unknown); err != nil {
			return err
		}
	}
	return nil
}

func lookList(key, item string, v any, path string, unknown *[]string) error {
	list, ok := v.([]any)
	if !ok {
		return fmt.Errorf("json: cannot unmarshal %T into Go struct field %s of type []", v, path)
	}
	var seen []string
	for i, v := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		if err := look(item, v, at, unknown); err != nil {
			return err
		}
		if key == "" {
			continue
		}
		m, ok := v.(object)
		if !ok || m[key] == nil {
			return fmt.Errorf("%s.%s: Required value", at, key)
		}
		if name := fmt.Sprint(m[key]); slices.Contains(seen, name) {
			return fmt.Errorf("%s.%s: Duplicate value: %q", at, key, name)
		} else {
			seen = append(seen, name)
		}
	}
	return nil
}
