package environments

import (
	"reflect"
	"testing"

	"prentice"
	"prentice/internal/engine/environment"
)

func TestAPlaceHasDriftedWhereItIsNotAsItShouldBe(t *testing.T) {
	shop := func(place, version, digest, state string) Deployed {
		return Deployed{Place: place, Service: prentice.NewRef("service", "shop"), Version: version, Digest: digest, State: state}
	}
	stage := environment.Place{Name: "stage", Service: prentice.NewRef("service", "shop")}
	like := stage
	like.Like = "production"
	for _, c := range []struct {
		name  string
		place environment.Place
		lease *LeaseOut
		all   []Deployed
		want  []Difference
	}{
		{"nothing is asked of it", stage, nil, []Deployed{shop("stage", "1.4", "sha256:a", "deployed"), shop("production", "1.3", "sha256:b", "deployed")}, []Difference{}},
		{"what it is leased for is there", stage, &LeaseOut{Digest: "sha256:a"}, []Deployed{shop("stage", "1.4", "sha256:a", "deployed")}, []Difference{}},
		{"another one is there than it is leased for", stage, &LeaseOut{Digest: "sha256:b"}, []Deployed{shop("stage", "1.4", "sha256:a", "deployed")}, []Difference{{"shop", "what it is leased for", "sha256:a", "sha256:b"}}},
		{"nothing is there of what it is leased for", stage, &LeaseOut{Digest: "sha256:b"}, nil, []Difference{{"shop", "what it is leased for", "", "sha256:b"}}},
		{"what was deployed last did not come to an end", stage, nil, []Deployed{shop("stage", "1.4", "", "uncertain")}, []Difference{{"shop", "state", "uncertain", "deployed"}}},
		{"it is to be like another", like, nil, []Deployed{shop("stage", "1.4", "sha256:a", "deployed"), shop("production", "1.3", "sha256:b", "deployed")}, []Difference{{"shop", "version", "1.4", "1.3"}, {"shop", "digest", "sha256:a", "sha256:b"}}},
		{"it lacks what the other has", like, nil, []Deployed{shop("production", "1.3", "", "deployed")}, []Difference{{"shop", "version", "", "1.3"}}},
		{"it is like the other", like, nil, []Deployed{shop("stage", "1.3", "sha256:b", "deployed"), shop("production", "1.3", "sha256:b", "deployed")}, []Difference{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := drift(c.place, c.lease, c.all); !reflect.DeepEqual(got, c.want) {
				t.Errorf("%+v, and not %+v", got, c.want)
			}
		})
	}
}
