package cluster

import "fmt"

// defaulted is an object with what the server fills in.
func defaulted(k kind, o object) object {
	if k.name == "Deployment" {
		if at(o, "spec", "replicas") == nil {
			set(o, float64(1), "spec", "replicas")
		}
	}
	if k.name == "Service" {
		ports, _ := at(o, "spec", "ports").([]any)
		for _, v := range ports {
			p, _ := v.(object)
			if p["protocol"] == nil {
				p["protocol"] = "TCP"
			}
			if p["targetPort"] == nil {
				p["targetPort"] = p["port"]
			}
		}
	}
	return o
}

// invalid is what the fields of an object may not be together.
func invalid(k kind, o object) *problem {
	bad := func(path, format string, args ...any) *problem {
		return &problem{422, "Invalid", fmt.Sprintf("%s %q is invalid: %s: %s", k.name, text(o, "metadata", "name"), path, fmt.Sprintf(format, args...))}
	}
	switch k.name {
	case "Deployment":
		if n := number(o, "spec", "replicas"); n < 0 {
			return bad("spec.replicas", "Invalid value: %d: must be greater than or equal to 0", n)
		}
		list, _ := at(o, "spec", "template", "spec", "containers").([]any)
		if len(list) == 0 {
			return bad("spec.template.spec.containers", "Required value")
		}
		for i, v := range list {
			if text(v, "image") == "" {
				return bad(fmt.Sprintf("spec.template.spec.containers[%d].image", i), "Required value")
			}
		}
		labels, _ := at(o, "spec", "template", "metadata", "labels").(object)
		for name, v := range asObject(at(o, "spec", "selector", "matchLabels")) {
			if labels[name] != v {
				return bad("spec.template.metadata.labels", "Invalid value: `selector` does not match template `labels`")
			}
		}
	case "Service":
		ports, _ := at(o, "spec", "ports").([]any)
		for i, v := range ports {
			for _, name := range []string{"port", "targetPort"} {
				if n, isNumber := at(v, name).(float64); isNumber && (n < 1 || n > 65535) {
					return bad(fmt.Sprintf("spec.ports[%d].%s", i, name), "Invalid value: %v: must be between 1 and 65535, inclusive", n)
				}
			}
		}
	}
	return nil
}

func asObject(v any) object {
	m, _ := v.(object)
	return m
}
