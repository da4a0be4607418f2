package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// aliasesOf is what people type for a command, by the command: the plural of a noun
// that can be listed lists it, and what the operations say.
func aliasesOf(o Options) map[string]string {
	aliases := map[string]string{}
	for _, one := range o.Ops {
		if noun, ok := strings.CutSuffix(one.Name, ".list"); ok && !strings.Contains(noun, ".") {
			aliases[plural(noun)] = noun + " list"
		}
	}
	for _, one := range o.Ops {
		for _, as := range one.Also {
			word, flags, _ := strings.Cut(as, " ")
			aliases[word] = strings.TrimSpace(strings.ReplaceAll(one.Name, ".", " ") + " " + flags)
		}
	}
	return aliases
}

func plural(noun string) string {
	if stem, ok := strings.CutSuffix(noun, "y"); ok {
		return stem + "ies"
	}
	return noun + "s"
}

// expand writes out what people type for a command. The plural of a noun is the noun
// where a verb of it follows: runs is run list, and runs show run/7 is run show run/7.
func expand(root *cobra.Command, args []string) []string {
	at := firstWord(root, args)
	if at < 0 {
		return args
	}
	if rest := args[at+1:]; len(rest) > 0 && rest[0] == "ls" && named(root, args[at]) != nil {
		if noun := named(root, args[at]); named(noun, "list") != nil && named(noun, "ls") == nil {
			return slices.Concat(args[:at+1], []string{"list"}, rest[1:])
		}
	}
	means, ok := root.Annotations[args[at]]
	if noun := named(root, args[at]); noun != nil {
		if rest := args[at+1:]; !ok || len(rest) > 0 && (named(noun, rest[0]) != nil || rest[0] == "help" || rest[0] == "-h" || rest[0] == "--help") {
			return args
		}
	} else if !ok {
		return args
	}
	words := strings.Fields(means)
	if noun := named(root, words[0]); noun != nil && at+1 < len(args) {
		switch next := args[at+1]; {
		case next == "ls":
			return slices.Concat(args[:at], []string{words[0], "list"}, args[at+2:])
		case next == "help" || named(noun, next) != nil:
			words = words[:1]
		}
	}
	return slices.Concat(args[:at], words, args[at+1:])
}

// firstWord is where the first word stands that is no flag of every command, nor the
// value of one; -1 for none.
func firstWord(root *cobra.Command, args []string) int {
	for i := 0; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--" || arg == "":
			return -1
		case arg[0] != '-':
			return i
		case strings.Contains(arg, "="):
			continue
		}
		flag := root.PersistentFlags().Lookup(strings.TrimLeft(arg, "-"))
		if short := strings.TrimLeft(arg, "-"); flag == nil && len(short) == 1 && !strings.HasPrefix(arg, "--") {
			flag = root.PersistentFlags().ShorthandLookup(short)
		}
		if flag != nil && flag.NoOptDefVal == "" {
			i++
		}
	}
	return -1
}

// saysFor is the aliases of a command, for its help.
func saysFor(root *cobra.Command, name string) []string {
	var words []string
	for word, means := range root.Annotations {
		if means == name {
			words = append(words, word)
		}
	}
	slices.Sort(words)
	return words
}
