package procedure

import (
	"context"

	"prentice"
	"prentice/internal/kit/clip"
	"prentice/internal/kit/expr"
	"prentice/internal/kit/nearest"
)

// resolve gives every input its value: the one given, the one that the event
// holds, or the default.
func (c *rendering) resolve(p prentice.Procedure, given map[string]string) (map[string]string, error) {
	var names []string
	for _, in := range p.Inputs {
		names = append(names, in.Name)
	}
	for _, name := range sortedKeys(given) {
		if !oneOf(name, names) {
			return nil, prentice.Errorf(prentice.Invalid, "procedure %s has no input %q", p.Name, clip.Text(name)).Try("%s", meant(name, names))
		}
	}
	inputs := map[string]string{}
	for _, in := range p.Inputs {
		text, err := c.source(p, in, given)
		if err != nil {
			return nil, err
		}
		if inputs[in.Name], err = c.checked(p, in, text); err != nil {
			return nil, err
		}
	}
	return inputs, nil
}

// source is where an input's value comes from. What an event does not hold has
// its default, if there is one.
func (c *rendering) source(p prentice.Procedure, in prentice.Input, given map[string]string) (string, error) {
	if text, ok := given[in.Name]; ok {
		return text, nil
	}
	var why error
	if in.From != "" && c.event != nil {
		text, err := c.fromEvent(in)
		if err == nil {
			return text, nil
		}
		why = err
	}
	switch {
	case in.Default != nil:
		return *in.Default, nil
	case why != nil:
		return "", prentice.Errorf(prentice.Invalid, "input %s of procedure %s cannot be taken from the event: %w", in.Name, p.Name, why).
			In(in.At).Try("give it a value; on a command line: --input %s=VALUE", in.Name)
	default:
		return "", prentice.Errorf(prentice.Invalid, "input %s of procedure %s is missing", in.Name, p.Name).Try("give it a value; on a command line: --input %s=VALUE", in.Name)
	}
}

func (c *rendering) fromEvent(in prentice.Input) (string, error) {
	env, err := eventEnv()
	if err != nil {
		return "", err
	}
	program, err := env.Compile(in.From, itemTypes...)
	if err != nil {
		return "", err
	}
	value, err := program.Eval(context.Background(), map[string]any{"event": c.eventValue})
	if err != nil {
		return "", err
	}
	asText := scalar
	if in.Type == "list" {
		asText = itemsOf
	}
	text, err := asText(value)
	if err == nil && text == "" {
		return "", &expr.Error{Text: "it is empty"}
	}
	return text, err
}

// checked is a value in the one form of its type. A service or a host must be in
// the catalog.
func (c *rendering) checked(p prentice.Procedure, in prentice.Input, text string) (string, error) {
	plain, err := c.known(p, in, text)
	if err != nil {
		return "", err
	}
	return plain, c.chosen(p, in, plain)
}

// known is checked but for the choices.
func (c *rendering) known(p prentice.Procedure, in prentice.Input, text string) (string, error) {
	plain, why := typed(in.Type, text)
	no, hint := outside(in, plain)
	switch {
	case why != "":
		return "", prentice.Errorf(prentice.Invalid, "input %s of procedure %s: %q %s", in.Name, p.Name, clip.Text(text), why).Try("give another value")
	case no != "":
		return "", prentice.Errorf(prentice.Invalid, "input %s of procedure %s: %s", in.Name, p.Name, no).Try("%s", hint)
	case in.Type == "service":
		if s, err := c.catalog.Service(plain); err == nil && s.Blocked != "" {
			return "", blocked(s.Ref, s.Blocked)
		}
		return plain, c.inCatalog(plain, c.serviceNames(), func() error { _, err := c.catalog.Service(plain); return err })
	case in.Type == "resource":
		return plain, c.inCatalog(plain, resourceNames(c.catalog), func() error { _, err := c.catalog.Resource(plain); return err })
	case in.Type == "host":
		return plain, c.inCatalog(plain, c.hostNames(), func() error { _, err := findHost(c.catalog, plain); return err })
	}
	return plain, nil
}

// inCatalog adds to what the catalog says about an unknown name the one
// that was meant.
func (c *rendering) inCatalog(ref string, known []string, find func() error) error {
	err := find()
	if err == nil {
		return nil
	}
	kind, name := prentice.Ref(ref).Kind(), prentice.Ref(ref).Name()
	if near := nearest.Of(name, known); near != "" {
		return prentice.Errorf(prentice.NotFound, "no %s %q in the catalog", kind, clip.Text(name)).Try("did you mean %s?", near)
	}
	return err
}

func (c *rendering) serviceNames() []string {
	var names []string
	for _, s := range c.catalog.Services {
		names = append(names, s.Ref.Name())
	}
	return names
}

func (c *rendering) hostNames() []string {
	var names []string
	for _, h := range c.catalog.Hosts {
		names = append(names, h.Ref.Name())
	}
	return names
}
