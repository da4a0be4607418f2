package runner

import "prentice"

// Doc implements prentice.Documented.
func (Wait) Doc() prentice.StepDoc {
	return prentice.StepDoc{
		About:      "Let time pass. An interrupted wait is begun again.",
		Attributes: []prentice.Attribute{{Name: "for", About: "How long, such as 30s; at most a day."}},
	}
}

// Doc implements prentice.Documented.
func (Human) Doc() prentice.StepDoc {
	return prentice.StepDoc{About: "A person does what the block says, and confirms it; under Check and Verify they say what they see. The run waits for them."}
}

var (
	_ prentice.Documented = Wait{}
	_ prentice.Documented = Human{}
)
