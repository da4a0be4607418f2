package support

import "prentice"

// Doc implements prentice.Documented.
func (*AlertKind) Doc() prentice.StepDoc {
	return prentice.StepDoc{
		About: "An alert is not firing. Under Check it is one look; under Verify the alert must end and stay away.",
		Attributes: []prentice.Attribute{
			{Name: "name", About: "The alert's name, as its label alertname has it."},
			{Name: "service", About: "The service that the alert is about; any when it does not say.", Of: "service"},
			{Name: "silence", About: "How long it must stay away, such as 30s."},
			{Name: "interval", About: "How long it rests between two looks."},
		},
	}
}

var _ prentice.Documented = (*AlertKind)(nil)
