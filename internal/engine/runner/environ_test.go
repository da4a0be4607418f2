package runner

import (
	"slices"
	"strings"
	"testing"

	"prentice"
)

var (
	ofOurs = []string{"PATH=/bin", "PRENTICE_RUN=run/1"}
	laptop = prentice.Target{Ref: "host/laptop", Address: "10.0.0.1"}
)

func TestAStepFindsEachNameOnceAndNothingReplacesAnother(t *testing.T) {
	type m = map[string]string
	for _, c := range []struct {
		name                    string
		planned, facts, secrets m
		want                    string // what follows ours and the target's, or the error
	}{
		{"all there is", m{"INPUT_MODE": "careful"}, m{"zone": "a"}, m{"db-password": "hunter22"}, "INPUT_MODE=careful TARGET_ZONE=a DB_PASSWORD=hunter22"},
		{"labels called like what every target has", nil, m{"name": "other", "Ref": "x", "address": "6.6.6.6"}, nil, ""},
		{"two facts of one variable", nil, m{"rack-id": "one", "rack_id": "two", "zone": "a"}, nil, "TARGET_ZONE=a"},
		{"a secret called like an input", m{"INPUT_MODE": "careful"}, nil, m{"input-mode": "reckless"}, "secret input-mode would be the variable INPUT_MODE"},
		{"a secret called like an input that no one set", nil, nil, m{"input-mode": "reckless"}, "secret input-mode would be the variable INPUT_MODE"},
		{"a secret called like the target", nil, nil, m{"target-name": "elsewhere"}, "secret target-name would be the variable TARGET_NAME"},
		{"a secret called like the path", nil, nil, m{"path": "/tmp/evil"}, "secret path would be the variable PATH"},
		{"a secret that a shell reads first", nil, nil, m{"bash-env": "/tmp/evil"}, "secret bash-env would be the variable BASH_ENV"},
		{"two secrets of one variable", nil, nil, m{"a-b": "first", "a_b": "second"}, "secret a_b would be the variable A_B"},
		{"a plan that was not made here", m{"PATH": "/tmp/evil"}, nil, nil, "the plan would replace the variable PATH"},
	} {
		env, err := environment(ofOurs, c.planned, laptop, c.facts, c.secrets)
		if err != nil {
			if prentice.KindOf(err) != prentice.Refused || !strings.Contains(err.Error(), c.want) || c.want == "" || strings.Contains(err.Error(), "reckless") {
				t.Errorf("%s: %v, want %s", c.name, err, c.want)
			}
			continue
		}
		begins := append(slices.Clone(ofOurs), "TARGET_REF=host/laptop", "TARGET_NAME=laptop", "TARGET_ADDRESS=10.0.0.1")
		if want := append(begins, strings.Fields(c.want)...); !slices.Equal(env, want) {
			t.Errorf("%s: %v, want %v", c.name, env, want)
		}
	}
}
