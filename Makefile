# Short names for the scripts. `make help` lists them.
.PHONY: help dev build test fast sanitize faults fuzz fmt tidy verify
help:     ## this list
	@sed -n 's/^\([a-z]*\): *## \(.*\)/  \1\t\2/p' Makefile | expand -t 14
dev:      ## build and run everything on this machine: http://127.0.0.1:6011
	script/server
build:    ## build/release/herald
	script/build
test:     ## everything that CI runs
	script/test
fast:     ## structure and unit tests only
	script/test --fast
sanitize: ## unit and PostgreSQL tests under ASan, UBSan and TSan
	script/test --sanitize
faults:   ## every cell of the fault matrix
	script/faults
fuzz:     ## a minute of each fuzz target
	script/fuzz
fmt:      ## format every source in place
	script/format
tidy:     ## clang-tidy over what differs from main
	script/tidy
verify:   ## the checks of the tree itself: layers, sizes, coroutines, formatting
	python3 tests/structure/run.py
