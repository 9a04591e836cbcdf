# Every target delegates; CMake does the building and ctest the testing.
.PHONY: demo test build clean

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

clean:
	rm -rf build build-wheel
