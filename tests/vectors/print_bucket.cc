// Prints the bucket of a salt and a unit id: print_bucket SALT UNIT
#include <cstdio>

#include "src/base/bucket.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  std::printf("%u\n", expt::base::Bucket(argv[1], argv[2]));
  return 0;
}
