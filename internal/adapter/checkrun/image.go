package checkrun

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"time"

	"prentice/internal/adapter/sandbox"
	"prentice/internal/engine/check"
	"prentice/internal/engine/pipeline"
	"prentice/internal/kit/mask"
	"prentice/internal/kit/proc"
)

// toBeHealthy is the time that the services of a check may take, beside its own.
const toBeHealthy = 90 * time.Second

// run performs a job where it is to be: in an image, or in this machine's system.
func (p *place) run(ctx context.Context, j job) (proc.Exit, error) {
	if j.Image == "" {
		return p.box.Run(ctx, j.Job)
	}
	box, err := p.containers()
	if err != nil {
		return proc.Exit{}, err
	}
	return box.Run(ctx, j.Job)
}

// jobFor is how a check is performed on a tree.
func (p *place) jobFor(ctx context.Context, t *check.Tree, c pipeline.Check) (job, error) {
	if c.Image == "" {
		if p.none != nil {
			return job{}, p.none
		}
		return p.job(t, c), nil
	}
	j, err := p.worldOf(ctx, c)
	if err != nil {
		return job{}, err
	}
	j.seal = rand.Text()
	j.Files = append(files(t), steps(c)...)
	j.Argv = []string{"/bin/sh", "-c", inTime, "steps", fmt.Sprint(int(math.Ceil(c.Timeout.Seconds()))), j.script(c)}
	j.Results = &sandbox.Results{Whole: true, Give: append(c.Reports.All(), c.Artifacts...)}
	return j, nil
}

// inTime ends the steps when their time is up, so that what they left comes back; in an
// image without timeout they are ended from outside, and nothing does.
const inTime = `command -v timeout >/dev/null && exec timeout -k 5 "$1" /bin/sh -c "$2"; exec /bin/sh -c "$2"`

// worldOf is what a check and those who enter what it left find: its image and its
// services, or the tools of this machine.
func (p *place) worldOf(ctx context.Context, c pipeline.Check) (job, error) {
	if c.Image == "" {
		if p.none != nil {
			return job{}, p.none
		}
		return job{Job: p.view(c)}, nil
	}
	box, err := p.containers()
	if err != nil {
		return job{}, err
	}
	j := job{Job: sandbox.Job{Limits: limits(c.Timeout), Env: map[string]string{}, Egress: p.egress(c)}}
	id := func(name string) (string, error) {
		i, err := box.Image(ctx, name, p.Pull)
		bare, _, _ := strings.Cut(name, "@")
		j.images = append(j.images, bare+"@"+i.Digest)
		return i.ID, err
	}
	if j.Image, err = id(c.Image); err != nil {
		return job{}, err
	}
	if len(c.Services) > 0 {
		j.Limits.Time += toBeHealthy
	}
	for _, s := range c.Services {
		with, err := id(s.Image)
		if err != nil {
			return job{}, err
		}
		j.Services = append(j.Services, sandbox.Service{Name: s.Name, Image: with, Command: s.Command, Env: s.Env, Folders: s.Folders, Port: s.Port, Health: s.Health})
	}
	return j, nil
}

// images are what names of images mean to the engine of this machine, as a text: it is
// another one when one of them means something else. An engine that is busy is given time:
// without its answer what was judged before would be performed again.
func (d *Desk) images(names []string) string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return sandbox.Meaning(ctx, names)
}

// serviceLog is a file into which a service of a run prints, without the run's secrets: what
// a step tells it, it may tell on.
type serviceLog struct {
	name   string
	file   *os.File
	masked io.WriteCloser
}

// logs are those of the services of a run.
func (r *run) logs(services []sandbox.Service, secrets []string) (list []serviceLog, err error) {
	for i, s := range services {
		f, err := r.create("service-" + s.Name)
		if err != nil {
			return list, err
		}
		l := serviceLog{s.Name, f, mask.Writer(f, secrets)}
		list, services[i].Log = append(list, l), l.masked
	}
	return list, nil
}

// mostOfService is how much of the end of what a service printed stands in the log of its check.
const mostOfService = 32 << 10

// services adds what services printed to what their check printed.
func (p *printed) services(logs []serviceLog) {
	for _, l := range logs {
		p.say([]byte("── Service " + l.name))
		l.masked.Close() //nolint:errcheck // what was printed is evidence for people, and no verdict
		if info, err := l.file.Stat(); err == nil {
			text, _ := io.ReadAll(io.NewSectionReader(l.file, max(0, info.Size()-mostOfService), mostOfService)) // what is not there says nothing
			for line := range strings.Lines(string(text)) {
				p.say([]byte(strings.TrimRight(line, "\r\n")))
			}
		}
		l.file.Close() //nolint:errcheck // so is it here
	}
	p.flush()
}
