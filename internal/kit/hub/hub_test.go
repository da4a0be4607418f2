package hub

import "testing"

func TestEachHearsWhatIsToldToItsKey(t *testing.T) {
	var h Hub[string, int]
	a, stop := h.Listen("a")
	all, _ := h.Listen("")
	h.Tell(1, "a", "")
	h.Tell(2, "b", "")
	if len(a) != 1 || len(all) != 2 || (<-a).It != 1 || (<-all).It != 1 || (<-all).It != 2 {
		t.Error("one hears what it does not listen to, or does not hear what it does")
	}
	if !h.Heard("a") || h.Heard("b") || !h.Heard("b", "") || !h.Heard() {
		t.Error("it is not known who listens")
	}
	stop()
	stop() // twice is once
	if h.Heard("a") || !h.Heard() {
		t.Error("one who has stopped still listens")
	}
}

func TestWhoIsSlowMissesSomeAndHearsHowMany(t *testing.T) {
	var h Hub[int, int]
	c, _ := h.Listen(0)
	for i := range backlog + 3 {
		h.Tell(i, 0)
	}
	for range backlog {
		if m := (<-c).Missed; m != 0 {
			t.Fatalf("%d missed before the first was", m)
		}
	}
	h.Tell(-1, 0)
	h.Tell(-2, 0)
	if next, after := <-c, <-c; next.It != -1 || next.Missed != 3 || after.Missed != 0 {
		t.Errorf("then it heard %+v, %+v", next, after)
	}
}

func TestWhatIsClosedIsClosedForThoseWhoComeLater(t *testing.T) {
	var h Hub[int, int]
	before, stop := h.Listen(0)
	h.Close()
	h.Tell(1, 0)
	stop()
	after, _ := h.Listen(0)
	for _, c := range []<-chan Told[int]{before, after} {
		if _, more := <-c; more {
			t.Error("something was told after the end")
		}
	}
	h.Close()
}
