package dependency_test

import (
	"strings"
	"testing"

	"prentice/internal/engine/dependency"
)

// The texts are the sentences of the licences that tell them from others.
const (
	mit    = "MIT License\n\nCopyright (c) 2020 Ann\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\nof this software, to deal in it. The above copyright notice and this permission notice shall be included in all copies."
	apache = "                                 Apache License\n                           Version 2.0, January 2004\n                        http://www.apache.org/licenses/"
	bsd2   = "Redistribution and use in source and binary forms, with or without\n// modification, are permitted"
	bsd3   = bsd2 + "\n * Neither the name of Ann nor the names may be used to\n * endorse or promote products derived from it"
	isc    = "Permission to use, copy, modify, and/or distribute this software for any\npurpose with or without fee is hereby granted, provided that the above copyright notice appear"
)

func TestALicenceIsKnownByItsText(t *testing.T) {
	for want, texts := range map[string][]string{
		"MIT": {mit}, "Apache-2.0": {apache}, "BSD-2-Clause": {bsd2}, "BSD-3-Clause": {bsd3}, "ISC": {isc},
		"Apache-2.0 AND MIT": {mit, apache, mit},
		"GPL-3.0":            {"GNU GENERAL PUBLIC LICENSE\n   Version 3, 29 June 2007"},
		"LGPL-3.0":           {"GNU LESSER GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007"},
		"BUSL-1.1":           {"Business Source License 1.1"},
	} {
		var raw [][]byte
		for _, s := range texts {
			raw = append(raw, []byte(s))
		}
		if got := dependency.LicenceOf(raw); got != want {
			t.Errorf("want %s, got %q", want, got)
		}
	}
	for says, texts := range map[string][][]byte{
		"none at all": nil, "an unknown one": {[]byte("All rights reserved.")}, "one beside an unknown one": {[]byte(mit), []byte("You owe us a beer.")},
		"one with a condition on top": {[]byte("\"Commons Clause\" License Condition v1.0\n" + apache)},
	} {
		if got := dependency.LicenceOf(texts); got != "" {
			t.Errorf("%s is %s", says, got)
		}
	}
}

func TestAnExpressionIsAllowedAsItsWordsSay(t *testing.T) {
	allowed := []string{"MIT", "Apache-2.0", "GPL-2.0-only"}
	for expression, want := range map[string]bool{
		"MIT": true, "mit": true, "ISC": false, "MIT OR ISC": true, "MIT AND ISC": false, "ISC OR MIT AND Apache-2.0": true, "(ISC OR MIT) AND Apache-2.0": true, "(ISC AND MIT) OR ISC": false,
		"Apache-2.0 WITH LLVM-exception": true, "ISC WITH x": false, "GPL-2.0": true, "GPL-2.0-only": true, "GPL-2.0-or-later": false, "UNLICENSED": false,
	} {
		if got, err := dependency.Allows(allowed, expression); err != nil || got != want {
			t.Errorf("%s: %v %v", expression, got, err)
		}
	}
	for _, expression := range []string{"", "SEE LICENSE IN x", "MIT OR", "(MIT", "MIT)", "AND", "MIT/Apache-2.0 or so on", "MIT WITH", strings.Repeat("(", 1000) + "MIT"} {
		if got, err := dependency.Allows(allowed, expression); err == nil {
			t.Errorf("%q is read, as %v", expression, got)
		}
	}
}
