// A client that can reach nobody still answers with the caller's default.
#include <iostream>

#include "expt/expt.h"

int main() {
  const auto refused = expt::Client::Open({.url = "http://127.0.0.1:1", .key = "not a key"});
  if (refused.ok()) return 1;
  std::cout << refused.status().message() << "\n";
  return 0;
}
