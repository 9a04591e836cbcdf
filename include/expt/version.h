// Version of this library. The engine version of docs/ and of statistics cards is the same text.
#ifndef EXPT_VERSION_H_
#define EXPT_VERSION_H_

#define EXPT_VERSION_MAJOR 0
#define EXPT_VERSION_MINOR 1
#define EXPT_VERSION_PATCH 0
#define EXPT_VERSION "0.1.0"

namespace expt {
inline namespace v1 {

// Newest snapshot format and meaning of operators that this library reads.
inline constexpr unsigned kFormatVersion = 1;
inline constexpr unsigned kSemanticsVersion = 1;

}  // namespace v1
}  // namespace expt

#endif  // EXPT_VERSION_H_
