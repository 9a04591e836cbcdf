// What an SDK key is for, within what its kind may do.
#ifndef EXPT_CONTROL_PLANE_SERVICE_SDK_SCOPE_H_
#define EXPT_CONTROL_PLANE_SERVICE_SDK_SCOPE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace expt::storage {
struct Credential;
}

namespace expt::service {

enum class SdkScope : uint8_t {
  kSnapshots,  // read Heads and snapshots, and report which one serves
  kEvents,     // send events
};
inline constexpr std::array kSdkScopes = {SdkScope::kSnapshots, SdkScope::kEvents};

// "snapshots", "events": stored, never renamed.
std::string_view SdkScopeWord(SdkScope scope);
std::optional<SdkScope> FindSdkScope(std::string_view word);

class SdkScopes {
 public:
  constexpr bool Has(SdkScope scope) const { return (bits_ & Bit(scope)) != 0; }
  constexpr void Add(SdkScope scope) { bits_ |= Bit(scope); }
  static constexpr SdkScopes All() {
    SdkScopes all;
    for (const SdkScope scope : kSdkScopes) all.Add(scope);
    return all;
  }
  std::vector<std::string_view> Words() const;
  bool operator==(const SdkScopes&) const = default;

 private:
  static constexpr uint8_t Bit(SdkScope scope) { return static_cast<uint8_t>(1u << static_cast<uint8_t>(scope)); }
  uint8_t bits_ = 0;
};

// Of a stored key. One that was made before there were scopes has all of them.
SdkScopes ScopesOf(const storage::Credential& credential);
// As a credential keeps them.
std::string StoredScopes(const SdkScopes& scopes);

}  // namespace expt::service

#endif  // EXPT_CONTROL_PLANE_SERVICE_SDK_SCOPE_H_
