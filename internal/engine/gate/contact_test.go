package gate

import "testing"

func TestAHostOfWhichNothingIsKnownIsNotTakenForOneThatIsDown(t *testing.T) {
	lost := []HostContact{{Host: "host/a"}, {Host: "host/b"}}
	for name, c := range map[string]*Contact{
		"no hosts":                      {First: true},
		"nothing was looked at":         nil,
		"one still being checked":       {Hosts: 3, Checking: 1, Lost: lost, First: true},
		"one not tried":                 {Hosts: 3, Lost: lost, First: true},
		"one reached":                   {Hosts: 3, Reached: 1, Lost: lost, First: true},
		"a step here may bring it back": {Hosts: 2, Lost: lost},
	} {
		if c.None() {
			t.Errorf("%s: taken for unreachable", name)
		}
	}
	if c := (&Contact{Hosts: 2, Lost: lost, First: true}); !c.None() {
		t.Error("all are lost, and it is not said")
	}
}

func TestHostsThatAreLostAreNamedUpToThree(t *testing.T) {
	four := []HostContact{{Host: "host/a"}, {Host: "host/b"}, {Host: "host/c"}, {Host: "host/d"}}
	for want, c := range map[string]*Contact{
		"": {Hosts: 2, Reached: 2},
		"4 of 9 hosts cannot be reached: host/a, host/b, host/c and 1 more": {Hosts: 9, Reached: 5, Lost: four},
		"its host cannot be reached: host/a":                                {Hosts: 1, Lost: four[:1]},
	} {
		if got := c.Short(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got, want := (&Contact{Hosts: 9, Reached: 2, Checking: 1, Lost: four}).String(), "9 hosts: 2 reached, 4 not reached, 1 still being checked, 2 not checked lately"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
