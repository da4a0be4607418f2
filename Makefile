# `make` explains itself: a line "## name: what it does" is its help.

.SILENT:
.DEFAULT_GOAL := help
.PHONY: help build small helper demo test stories race once check own format vet staticcheck docs bench hazards hazards-teeth kills package clean

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unreleased)
COMMIT  ?= $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
LDFLAGS  = -s -w -X main.version=$(VERSION) -X main.commit=$(COMMIT)

BESIDE      = bench stories # modules of their own: what only they need is not the program's
LARGEST     = 79500000
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2

help:
	echo "prentice, the junior DevOps engineer a team runs as one binary"
	echo
	sed -n 's/^## \([a-z-]*\): /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 24

# Nothing is compiled in two ways: what is vetted, tested and told in stories is compiled as
# it is released. Only the race detector needs another way.
build test vet staticcheck docs once stories stories-told crash-proof hazards hazards-teeth kills: export GOFLAGS = $(shell packaging/flags.sh)
build test vet staticcheck docs once stories stories-told crash-proof hazards hazards-teeth kills: export CGO_ENABLED = 0
# SQLite as it was translated to Go is not looked at (decisions/0169): it was most of the work.
race: export GOFLAGS = -trimpath -buildvcs=false -gcflags=modernc.org/sqlite/lib=-race=false -gcflags=modernc.org/memory=-race=false -overlay=$(shell packaging/templates.sh)
race: export CGO_ENABLED = 1
# A program with the race detector waits a second before it ends, so that what is found
# in its last moment is printed; this is many a second, for each test starts programs.
race: export GORACE = atexit_sleep_ms=10

## build: one static binary, ./bin/prentice
build: helper
	go build -ldflags "$(LDFLAGS)" -o bin/prentice ./cmd/prentice

# small: the binary is no larger than is agreed
small: build
	size=$$(stat -c %s bin/prentice); [ "$$size" -le $(LARGEST) ] || \
	{ echo "bin/prentice has $$size bytes; $(LARGEST) are agreed: decisions 68, 73, 89, 111, 112, 154, 192, 203 and 204 say what is heavy" >&2; exit 1; }

## own: the repository passes prentice's own check; what make test runs is not run again
own: build
	./bin/prentice check --quick

# helper: the program that prentice puts on hosts, into the folder from which it is built in
helper:
	packaging/helper.sh

## demo: build, then watch a service fail and be restarted; STORY=change: code that lands; STORY=release: a release that goes to production
demo: build
	./bin/prentice demo $(if $(STORY),--story $(STORY))

## test: all tests; installs what they need where it may
test:
	.ci/needs
	go test -timeout 12m $(or $(PACKAGES),./...)
	$(if $(PACKAGES),,$(MAKE) stories)

## stories: what users do, against the whole program, on both databases and in a browser
stories:
	go build -C bench -o /dev/null .
	$(MAKE) --no-print-directory -j2 -Otarget stories-told crash-proof

# A story plays with clocks, networks and other programs. CI tells up to six that failed
# once more, alone, and lists them, and so it does with the race detector; the crash proof
# gets one try (decisions/0060), of each kill point, or of the share CRASH_SHARE=K/N of them.
.PHONY: stories-told crash-proof
stories-told:
	cd stories && ../.ci/twice ". ./browser $(if $(CI),./cluster) ./packages" -parallel 6 -timeout 75m
crash-proof:
	go test -C stories -timeout 45m ./crash $(if $(CRASH_SHARE),-args -share=$(CRASH_SHARE))

## hazards: what has hurt others, played against the program; a line for each
hazards:
	cd stories && go test -count=1 -timeout 10m -run '^TestHazards$$'

## hazards-teeth: every guard taken out once, and its story seen to break; SHARE=K/N for a part
hazards-teeth:
	cd stories && go test -count=1 -timeout 30m -run '^TestHazardsHaveTeeth$$' -args -teeth=$(or $(SHARE),all)

## kills: a prentice that makes and removes environments is killed KILLS times (1000) in each back end, and what is left is counted
kills:
	PRENTICE_KILLS=$(or $(KILLS),1000) go test -count=1 -timeout 12h -v -run 'KilledLeavesNothing|KilledAtAnyMomentLeavesNothing' ./internal/adapter/envbox ./internal/adapter/envcontainer

# Tests of everything with everything, one after the other: the race detector finds nothing in
# them that it does not find in a part, and takes minutes for it.
ONCE = ^(TestNobodyApprovesWhatTheyCausedBy(AnyPair|StandingIn)|TestNobodyClosesTheReviewOfWhatTheyCausedByAnyPair|TestWhoMayWhatIsTheTable|TestWhoGuessesClosesANameForNobodyElsewhere|TestNoLandingIsLostOrHalfDoneWhereverPrenticeIsEnded|TestNothingElseProvesABranch|TestNothingIsPassedOverThatMayBeASecret|TestEveryChangedByteOfAnExportedFileIsSeen|TestEveryWayToForgeALedgerIsSeen|TestTheFilesOfATeamAreReadBeforeTheFirstStartAndNothingIsWritten|TestReadingNeverWrites|TestEachOfTheLibraryHasCasesAndTheyHold|TestEveryChangedByteIsSeen|TestNoContentAndNoNameBreaksAnAnalyserOrIsRepeatedRaw)$$

# once: what the race detector is not asked to look at
once:
	go test -timeout 12m -run '$(ONCE)' ./internal/boot ./internal/engine/analyse ./internal/engine/identity ./internal/engine/ledger ./internal/kit/dsse ./internal/kit/mask

# Five test programs at once: most of their time is waiting, for hosts and for limits.
## race: the tests below the stories, and those with servers of others, with the race detector
race:
	command -v cc >/dev/null || { echo "make race needs a C compiler (on Debian: apt-get install gcc libc6-dev)" >&2; exit 1; }
	.ci/twice "$$(go list . ./internal/... | grep -v /internal/floors$$ | xargs)" -race -vet=off -p 5 -timeout 30m -skip '$(ONCE)'
	cd stories && ../.ci/twice ./adapter -race -vet=off

## check: all of CI: format, vet, staticcheck, docs, race, and the tests that race leaves out
check: format vet staticcheck docs race own
	.ci/needs
	$(MAKE) once stories

## format: refuse what gofmt would change
format:
	files=$$(gofmt -l .) || exit 1; \
	if [ -n "$$files" ]; then echo "gofmt would change these (run: gofmt -w .):" >&2; echo "$$files" >&2; exit 1; fi

## vet: go vet
vet:
	for module in . $(BESIDE); do go vet -C $$module ./... || exit 1; done

## staticcheck: the pinned staticcheck
staticcheck:
	for module in . $(BESIDE); do go run -C $$module $(STATICCHECK) ./... || exit 1; done

## docs: links lead somewhere, decisions say what they must, the floors hold, a new thing costs what is promised
docs:
	go test -count=1 ./internal/floors

## bench: the published measurements, into bench/RESULTS.md; FIGURES="runs latency" makes and prints a part
bench: build
	go build -C bench -o ../.bench/bench .
	.bench/bench $(FIGURES)

## package: deb, rpm, tar.gz, OCI image and checksums, into dist/; ARCHES="amd64" for a part
package:
	packaging/package.sh $(patsubst v%,%,$(VERSION)) $(ARCHES)

## clean: remove what was built
clean:
	rm -rf bin dist .bench
