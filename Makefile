# Every target delegates; CMake does the building and ctest the testing.
.PHONY: demo test build clean fuzz asan tsan mutants coverage kill-test kill-mutants security check-long

demo:
	@setup/install.sh build
	@setup/build.sh demo
	@examples/simulation/demo.sh build/bin "$(SECONDS)"

test:
	@setup/install.sh test
	@setup/build.sh all
	@ctest --preset dev -j2
	@tests/vectors/counts.sh build/Testing/Temporary/LastTest.log

build:
	@setup/install.sh test
	@setup/build.sh all

# Beyond make test; none of them is part of it. make fuzz SECONDS=600 fuzzes longer.
fuzz asan tsan mutants coverage:
	@setup/install.sh long
	@SECONDS_EACH="$(SECONDS)" tests/check_long.sh $@

kill-test kill-mutants security:
	@setup/install.sh test
	@CYCLES="$(CYCLES)" tests/check_long.sh $@

check-long:
	@setup/install.sh long
	@SECONDS_EACH="$(SECONDS)" tests/check_long.sh

clean:
	rm -rf build build-*
