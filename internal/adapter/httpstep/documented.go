package httpstep

import "prentice"

// Doc implements prentice.Documented.
func (*Kind) Doc() prentice.StepDoc {
	return prentice.StepDoc{
		About: "One HTTP request from where prentice runs. The block's text is the body.",
		Attributes: []prentice.Attribute{
			{Name: "url", About: "The address, beginning with http:// or https://."},
			{Name: "method", About: "The method; GET when it does not say.", Values: methods},
			{Name: "status", About: "The status that is well, such as 204 or 200-299; any below 400 when it does not say."},
			{Name: "bearer", About: "The name of a secret that is sent as a bearer token.", Of: "secret"},
			{Name: "header.NAME", About: "A header of the request; everyone can read it in the plan."},
		},
	}
}

var _ prentice.Documented = (*Kind)(nil)
