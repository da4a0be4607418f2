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

// network adds what a run asked of the network to what it printed.
func (p *printed) network(from *egress.Proxy) (list []egress.Request) {
	if from == nil {
		return nil
	}
	list = from.Requests()
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
	return list
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
