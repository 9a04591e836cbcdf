// Prints what the oracle answers to the cases of vector files: {"file": {"case id": expect}}. Usage: oracle_answers FILE...
// fill.py writes the answers into the files.
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "tests/oracle/oracle.h"
#include "tests/vectors/case.h"
#include "tests/vectors/condition_reader.h"
#include "tests/vectors/definitions.h"

namespace expt::vectors {
namespace {

using nlohmann::json;

json AnswersOf(const json& file) {
  json answers = json::object();
  const model::Snapshot model = ModelOf(file.at("snapshot"));
  const oracle::Oracle oracle(model);
  if (oracle.is_refused()) throw std::runtime_error("the snapshot is refused");
  for (const json& test : List(file, "cases")) {
    const Attributes attributes(test.at("context"));
    answers[test.at("id").get<std::string>()] =
        JsonOf(oracle.Decide(test.at("flag"), attributes.list(), AskedOf(test)));
    if (oracle.TookEdge()) throw std::runtime_error("a place too near to an edge");
  }
  return answers;
}

}  // namespace
}  // namespace expt::vectors

int main(int argc, char** argv) try {
  nlohmann::json all = nlohmann::json::object();
  for (int i = 1; i < argc; ++i) {
    std::ifstream in(argv[i]);
    all[argv[i]] = expt::vectors::AnswersOf(nlohmann::json::parse(in));
  }
  std::cout << all.dump() << "\n";
} catch (const std::exception& error) {
  std::cerr << "oracle_answers: " << error.what() << "\n";
  return 1;
}
