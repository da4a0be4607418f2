package cluster

import (
	"fmt"
	"slices"
)

// user is who a token belongs to, and what the rules of a Role let them do.
type user struct {
	name      string
	namespace string // of the Role; "" is everywhere
	admin     bool
	rules     []any
}

// Admin lets a token do everything.
func (c *Cluster) Admin(token string) { c.users[token] = user{name: "admin", admin: true} }

// role gives the token of its name the rules of a Role or ClusterRole, beside those it has.
func (c *Cluster) role(o object) error {
	rules, ok := o["rules"].([]any)
	name := text(o, "metadata", "name")
	if !ok || name == "" {
		return fmt.Errorf("a %v without a name or rules", o["kind"])
	}
	for _, r := range rules {
		for field := range r.(object) {
			if !slices.Contains([]string{"apiGroups", "resources", "verbs", "resourceNames"}, field) {
				return fmt.Errorf("role %s: unknown field %q", name, field)
			}
		}
	}
	u := c.users[name]
	u.name, u.namespace = "system:serviceaccount:prentice:"+name, text(o, "metadata", "namespace")
	for _, r := range rules {
		rule := copyOf(r.(object))
		rule["namespace"] = text(o, "metadata", "namespace")
		u.rules = append(u.rules, rule)
	}
	c.users[name] = u
	return nil
}

func (u user) may(verb string, k kind, sub, namespace, name string) bool {
	resource := k.plural
	if sub != "" {
		resource += "/" + sub
	}
	if u.admin {
		return true
	}
	return slices.ContainsFunc(u.rules, func(r any) bool {
		rule := r.(object)
		names, limited := rule["resourceNames"].([]any)
		return (rule["namespace"] == "" || rule["namespace"] == namespace) && has(rule["apiGroups"], k.group) && has(rule["resources"], resource) &&
			has(rule["verbs"], verb) && (!limited || slices.Contains(names, any(name)))
	})
}

func has(list any, word string) bool {
	l, _ := list.([]any)
	return slices.Contains(l, any(word)) || slices.Contains(l, any("*"))
}

func (u user) forbidden(verb string, k kind, sub, namespace, name string) *problem {
	resource := k.plural
	if sub != "" {
		resource += "/" + sub
	}
	where := "at the cluster scope"
	if namespace != "" {
		where = fmt.Sprintf("in the namespace %q", namespace)
	}
	return &problem{403, "Forbidden", fmt.Sprintf("%s %q is forbidden: User %q cannot %s resource %q in API group %q %s", k.qualified(), name, u.name, verb, resource, k.group, where)}
}
