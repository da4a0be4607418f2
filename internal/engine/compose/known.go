package compose

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/compose-spec/compose-go/v2/schema"
	"go.yaml.in/yaml/v4"

	"prentice/internal/kit/nearest"
)

// specified are the keys of the Compose Specification, below what they stand in.
var specified = sync.OnceValue(func() map[string]map[string]bool {
	below := map[string]map[string]bool{}
	for _, p := range schema.AttributePaths() {
		in, key := "", string(p)
		if i := strings.LastIndexByte(key, '.'); i >= 0 {
			in, key = key[:i], key[i+1:]
		}
		if below[in] == nil {
			below[in] = map[string]bool{}
		}
		below[in][key] = true
	}
	return below
})

// ours is the one extension that prentice reads.
const ours = "x-prentice"

// unknown refuses keys that the specification does not have, and says whether there are any.
func (l *load) unknown(file string, top *yaml.Node) bool {
	before := len(l.found.list)
	l.keysOf(file, top, "", "", 0)
	return len(l.found.list) > before
}

func (l *load) keysOf(file string, n *yaml.Node, in, shown string, deep int) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	known := specified()[in]
	if len(known) == 0 || deep > mostDeep {
		return
	}
	switch n.Kind {
	case yaml.SequenceNode:
		next := join(in, "[]")
		for _, one := range n.Content {
			l.keysOf(file, one, next, shown, deep+1)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			switch {
			case key == "<<":
				for _, one := range merged(n.Content[i+1]) {
					l.keysOf(file, one, in, shown, deep+1)
				}
			case known[key]:
				l.keysOf(file, n.Content[i+1], join(in, key), join(shown, key), deep+1)
			case strings.HasPrefix(key, "x-") && in != "services":
				if key != ours && nearest.Of(key, []string{ours}) != "" && strings.HasPrefix(key, "x-p") {
					l.found.refuse(place{file, n.Content[i].Line}, "write "+ours, "%q is no extension that anyone knows", join(shown, key))
				}
			case known["*"]:
				l.keysOf(file, n.Content[i+1], join(in, "*"), join(shown, key), deep+1)
			default:
				try := "the Compose Specification has no such key here"
				names := slices.Sorted(maps.Keys(known))
				if near := nearest.Of(key, names); near != "" {
					try = "write " + near
				} else if in == "" {
					try = "services stand under services:"
				}
				l.found.refuse(place{file, n.Content[i].Line}, try, "%q is no known key", join(shown, key))
			}
		}
	}
}

func join(in, key string) string {
	if in == "" {
		return key
	}
	return in + "." + key
}
