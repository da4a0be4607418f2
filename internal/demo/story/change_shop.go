package story

// The shop's code, as its people write it.
var shop = map[string]string{
	"README.md": "# Shop\n\nWhat things cost, and what a basket of them does. To test it: `sh tests/total.sh`\n",
	"price.sh": `#!/bin/sh
set -eu
# Prints what a thing costs, in pence.
case "$1" in
kettle) echo 2999 ;;
lamp) echo 1250 ;;
*) exit 1 ;;
esac
`,
	"total.sh": `#!/bin/sh
set -eu
# Prints what a basket of things costs.
sum=0
for thing in "$@"; do
	sum=$((sum + $(./price.sh "$thing")))
done
echo "$sum"
`,
	"tests/total.sh":            "#!/bin/sh\n[ \"$(./total.sh kettle lamp)\" = 4249 ]\n",
	".prentice/checks/tests.md": "---\ncheck: tests\nsummary: The shop's tests pass\n---\n\n```sh\nfor test in tests/*.sh; do\n\t\"./$test\" || { echo \"$test fails\"; exit 1; }\ndone\n```\n",
	".prentice/standards/scripts.md": `---
standard: scripts
owner: group/shop
review_by: 2999-01-01
reason: A script that cannot be run fails on the day of its first use.
severity: block
---

# Scripts

## run: A script can be run

` + "```rule\nbuiltin: shebang-mode\n```\n\n```violation\n-- run.sh --\n#!/bin/sh\n```\n\n```pass\n-- exec: run.sh --\n#!/bin/sh\n```\n",
}

// The sale is ann's change, in two tries; it asks price.sh.
var (
	sale = map[string]string{
		"sale.sh":       "#!/bin/sh\nset -eu\n# Prints what a thing costs in the sale: half.\necho $(($(./price.sh \"$1\") / 2))\n",
		"tests/sale.sh": "#!/bin/sh\n[ \"$(./sale.sh lamp)\" = 625 ]\n",
	}
	// Put together here, so that no file of the program holds what looks like a key.
	leaked = "AKIA" + "Z7VRSQ5TJN2XMCLQ"
	upload = "#!/bin/sh\nset -eu\nexport AWS_ACCESS_KEY_ID=" + leaked + "\nexec ./publish sale.sh\n"
)
