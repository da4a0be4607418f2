package checkrun

import (
	"fmt"

	"prentice/internal/adapter/toolchain"
	"prentice/internal/engine/pipeline"
	"prentice/internal/kit/egress"
)

// egress lets a check reach the hosts that it names; nil is none.
func (d *Desk) egress(c pipeline.Check) *egress.Proxy {
	if len(c.Network) == 0 {
		return nil
	}
	p := &egress.Proxy{Apart: d.Apart, Resolve: d.Resolve}
	for _, text := range c.Network {
		if r, err := egress.ParseRule(text); err == nil { // the reader refused what is none
			p.Rules = append(p.Rules, r)
		}
	}
	return p
}

// toolsOf are the tools that a check finds.
func (p *place) toolsOf(c pipeline.Check) toolchain.Tools {
	if len(c.Network) > 0 {
		return p.tools.Online()
	}
	return p.tools
}

// asked is what a run asked of the network. A run with secrets can have made the name of a
// host of one, in a form that no mask knows: then those that are not named are told as one.
func (j job) asked() (list []egress.Request) {
	if j.Egress == nil {
		return nil
	}
	others := egress.Request{Host: "hosts that are not named", Why: egress.NotNamed}
	for _, one := range j.Egress.Requests() {
		if len(j.values) > 0 && one.Why != "" {
			others.Times += one.Times
			continue
		}
		list = append(list, one)
	}
	if others.Times > 0 {
		list = append(list, others)
	}
	return list
}

// network adds what a run asked of the network to what it printed.
func (p *printed) network(list []egress.Request) {
	if len(p.check.Network) == 0 {
		return
	}
	p.say([]byte("── Network"))
	for _, one := range list {
		p.say([]byte(line(one)))
	}
	if len(list) == 0 {
		p.say([]byte("nothing was asked for"))
	}
	if more := p.check.Widened(list); more != "" {
		p.say([]byte("to let it through, if the check needs it, write " + more))
	}
	p.flush()
}

// line says what was asked for at one host.
func line(r egress.Request) string {
	if r.Why != "" {
		return fmt.Sprintf("refused %s, %s: %s", r.Host, times(r.Times), r.Why)
	}
	text := fmt.Sprintf("reached %s, %s, %d bytes sent and %d received", r.Host, times(r.Times), r.Sent, r.Got)
	if r.Failed > 0 {
		text += fmt.Sprintf("; it did not answer %s", times(r.Failed))
	}
	return text
}

func times(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
