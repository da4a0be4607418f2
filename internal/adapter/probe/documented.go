package probe

import "prentice"

// Doc implements prentice.Documented.
func (*Kind) Doc() prentice.StepDoc {
	return prentice.StepDoc{
		About: "Look at a service by its probes in the catalog. Under Check it is one look; under Verify the service must become well and stay so.",
		Attributes: []prentice.Attribute{
			{Name: "service", About: "The service whose probes look.", Of: "service"},
			{Name: "probe", About: "One probe of the service by its name; all of them when it does not say."},
			{Name: "settle", About: "How long the service may take to become well, such as 30s."},
			{Name: "silence", About: "How long it must stay well, such as 2m."},
			{Name: "interval", About: "How long it rests between two looks."},
		},
	}
}

var _ prentice.Documented = (*Kind)(nil)
