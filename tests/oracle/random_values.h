// Few names and few values, so that random leaves are often true.
#ifndef EXPT_TESTS_ORACLE_RANDOM_VALUES_H_
#define EXPT_TESTS_ORACLE_RANDOM_VALUES_H_

#include <cstdint>
#include <string>
#include <vector>

namespace expt::oracle {

const std::vector<std::string>& Names();       // attributes of any value, "targeting_key" first
const std::vector<std::string>& Texts();       // also unit ids
const std::vector<std::string>& CasedTexts();  // that fold to each other
const std::vector<int64_t>& Integers();
const std::vector<double>& Doubles();

// What an attribute of that name mostly holds: "v", "ip", "t", "lat" and "lon", "list".
const std::vector<std::string>& VersionTexts();   // some are no versions
const std::vector<std::string>& AddressTexts();   // some are no addresses
const std::vector<std::string>& TimeTexts();      // some are no times
const std::vector<int64_t>& Times();              // epoch ms, ascending
const std::vector<double>& Degrees();

// Operands.
const std::vector<std::string>& VersionOperands();
const std::vector<std::string>& NetworkOperands();
const std::vector<std::string>& Patterns();

}  // namespace expt::oracle

#endif  // EXPT_TESTS_ORACLE_RANDOM_VALUES_H_
