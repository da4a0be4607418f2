package envcontainer

import (
	"regexp"
	"slices"

	"prentice/internal/engine/environment"
	"prentice/internal/kit/container"
)

// The labels of whatever is made.
const (
	labelInstallation = "dev.prentice.installation"
	labelEnvironment  = "dev.prentice.environment"
	labelService      = "dev.prentice.service"
	labelNetwork      = "dev.prentice.network"
	labelHosts        = "dev.prentice.hosts" // that a container may reach
	labelDisk         = "dev.prentice.disk"  // bytes that the environment may write
)

// defaultNetwork is that of services which name none.
const defaultNetwork = "default"

var (
	isID      = regexp.MustCompile(`^[a-z][a-z0-9]{0,39}$`)
	isLabel   = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	isName    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$`)
	isAlias   = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$`)
	isSignal  = regexp.MustCompile(`^(SIG)?[A-Z0-9+]{1,12}$`)
	isPerson  = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,31})?$`)
	isAnImage = regexp.MustCompile(`^[a-z0-9][A-Za-z0-9._:/-]*(@sha256:[0-9a-f]{64})?$|^sha256:[0-9a-f]{64}$`)
)

// carries are the labels by which what belongs to an environment is found.
func (b *Backend) carries(id string) []string {
	return []string{labelInstallation + "=" + b.installation, labelEnvironment + "=" + id}
}

func (b *Backend) labels(id string, more ...string) map[string]string {
	all := map[string]string{labelInstallation: b.installation, labelEnvironment: id}
	for i := 0; i+1 < len(more); i += 2 {
		all[more[i]] = more[i+1]
	}
	return all
}

// called is the name of a thing of an environment. An ID has no dash, so that no two are
// called the same; nothing takes a name apart again.
func (b *Backend) called(id, kind, name string) string {
	return "prentice-" + b.mark + "-" + id + "-" + kind + "-" + name
}

// repository begins the names of ours for images.
func (b *Backend) repository() string { return "localhost/prentice-" + b.mark + "/" }

// pin is our name for the image of a service.
func (b *Backend) pin(id, service string) string { return b.repository() + id + ":" + service }

// service finds a service of a specification.
func service(s environment.Spec, name string) (environment.Service, bool) {
	i := slices.IndexFunc(s.Services, func(one environment.Service) bool { return one.Name == name })
	if i < 0 {
		return environment.Service{}, false
	}
	return s.Services[i], true
}

// networksOf are the networks of a service, in their order.
func networksOf(s environment.Service) []string {
	if len(s.Networks) == 0 {
		return []string{defaultNetwork}
	}
	list := slices.Clone(s.Networks)
	slices.Sort(list)
	return slices.Compact(list)
}

// networks are all networks that services of an environment stand in.
func networks(s environment.Spec) (list []string) {
	for _, one := range s.Services {
		list = append(list, networksOf(one)...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// only is the container of a service, where there is one.
func only(list []container.Listed) (container.Listed, bool) {
	if len(list) == 0 {
		return container.Listed{}, false
	}
	return list[0], true
}
