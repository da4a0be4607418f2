package compose

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"prentice/internal/engine/environment"
)

// Whatever waits for whatever: each service is begun once, after all that it waits for; or
// there is a circle, and the error names one.
func TestServicesBeginAfterWhatTheyWaitFor(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	circles := 0
	for range 2000 {
		var services []environment.Service
		n := 1 + chance.IntN(8)
		for i := range n {
			s := environment.Service{Name: fmt.Sprint("s", i), After: map[string]environment.Condition{}}
			for range chance.IntN(3) {
				s.After[fmt.Sprint("s", chance.IntN(n))] = environment.Started
			}
			services = append(services, s)
		}
		order, err := Order(services)
		if err != nil {
			circles++
			named := strings.Split(strings.Split(strings.SplitN(err.Error(), ": ", 2)[1], ": ")[0], ", ")
			for i, name := range named {
				next := named[(i+1)%len(named)]
				at := slices.IndexFunc(services, func(s environment.Service) bool { return s.Name == name })
				if _, waits := services[at].After[next]; !waits {
					t.Fatalf("%v: %s does not wait for %s: %v", services, name, next, err)
				}
			}
			continue
		}
		if len(order) != n {
			t.Fatalf("%v is begun of %v", order, services)
		}
		for _, s := range services {
			for of := range s.After {
				if slices.Index(order, of) >= slices.Index(order, s.Name) {
					t.Fatalf("%s is begun before %s: %v", s.Name, of, order)
				}
			}
		}
	}
	if circles == 0 || circles == 2000 {
		t.Errorf("%d circles in 2000", circles)
	}
}

func TestAServiceCannotWaitForOneThatIsNotThere(t *testing.T) {
	_, err := Order([]environment.Service{{Name: "web", After: map[string]environment.Condition{"db": environment.Healthy}}})
	if err == nil || !strings.Contains(err.Error(), "web waits for db") {
		t.Errorf("%v", err)
	}
}
