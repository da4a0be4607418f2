package support

import "testing"

// What burns is a symptom of its service like any other, told apart by its rule.
func TestABurningBudgetIsASymptomOfTheIncidentOfItsService(t *testing.T) {
	each(t, func(w *world) {
		w.happens("probe.failed", counted)
		w.happens("burn.failed", `{"name":"checkout-answers/fast","says":"it burns"}`)
		w.happens("burn.failed", `{"name":"checkout-answers/steady","says":"it burns"}`)
		w.happens("probe.passed", `{"probe":"http"}`)
		w.happens("burn.recovered", `{"name":"checkout-answers/fast"}`)
		w.pass(DefaultQuiet)
		w.settle()
		if d := w.show(1); d.State != Open || d.Events != 3 {
			t.Fatalf("a rule still fires: %+v", d.Incident)
		}
		w.happens("burn.recovered", `{"name":"checkout-answers/steady"}`)
		w.pass(DefaultQuiet)
		w.settle()
		if d := w.show(1); d.State != Closed {
			t.Errorf("incident %+v", d.Incident)
		}
		w.happens("burn.slow", `{"name":"checkout-answers/slow","says":"it burns slowly"}`)
		if n := len(w.sentOf("incident.opened")); n != 1 {
			t.Errorf("a ticket opened an incident: %d", n)
		}
	})
}
