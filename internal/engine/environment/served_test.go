package environment

import "testing"

func TestAServerOfAnotherVersionThanTheImageAsksForIsTold(t *testing.T) {
	for _, c := range []struct {
		image, version string
		told           bool
	}{
		{"postgres:16", "15.14", true}, {"postgres:16-alpine", "15.14", true}, {"docker.io/library/postgres:16.2@sha256:ab", "15.14", true}, {"mysql:8.0", "10.11.14", true}, {"postgres:15.2", "15.14", true},
		{"postgres:15", "15.14", false}, {"postgres:15.14-bookworm", "15.14", false}, {"postgres", "15.14", false}, {"postgres:latest", "15.14", false}, {"localhost:5000/postgres", "15.14", false},
		{"postgres:16", "", false}, {"postgres:99999999999999999999", "15", false}, {"", "15.14", false},
	} {
		said := Service{Name: "db", Image: c.image, Provider: "postgresql"}.Otherwise(c.version)
		if (said != "") != c.told {
			t.Errorf("%s by %q: %q", c.image, c.version, said)
		}
	}
	if said := (Service{Name: "db", Image: "postgres:16", Provider: "postgresql"}).Otherwise("15.14"); said != "db asks for postgres:16, and the postgresql of this machine that stands for it is 15.14" {
		t.Error(said)
	}
	if said := (Service{Name: "db", Image: "postgres:16"}).Otherwise("15.14"); said != "" {
		t.Errorf("one without a provider: %s", said)
	}
}
