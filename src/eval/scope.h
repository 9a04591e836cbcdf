// The attribute values that a program reads, while it runs.
#ifndef EXPT_SRC_EVAL_SCOPE_H_
#define EXPT_SRC_EVAL_SCOPE_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "expt/value.h"
#include "src/base/semver.h"
#include "src/base/small_code.h"
#include "src/eval/session.h"

namespace expt::eval {

// Lives on the stack. Only what the program has is ever touched.
class Scope {
 public:
  Scope(Session& session, const Program& program) : program_(program) {
    for (size_t i = 0; i < program.slot_count; ++i) {
      std::construct_at(&At(i), session.ValueOf(program.slots[i]));
    }
    if (program.now_slot != 0xff) At(program.now_slot) = ValueView(session.now_ms);
  }

  const Program& program() const { return program_; }
  const ValueView& slot(size_t i) const { return const_cast<Scope*>(this)->At(i); }

  // The version in a slot; null when it is none. Read once: conditions like to compare one with many.
  EXPT_HOT const base::Semver* Version(uint8_t index) {
    if (version_slot_ != index) {
      version_slot_ = index;
      ReadVersion(slot(index));
    }
    return has_version_ ? &version_ : nullptr;
  }
  // base::VersionKey() of what Version() returned last.
  uint64_t version_key() const { return version_key_; }

 private:
  EXPT_OUTLINE void ReadVersion(const ValueView& value) {
    const auto parsed = value.type() == ValueType::kString ? base::ParseSemver(value.text()) : std::nullopt;
    has_version_ = parsed.has_value();
    if (!has_version_) return;
    version_ = *parsed;
    version_key_ = base::VersionKey(version_);
  }

  ValueView& At(size_t i) { return reinterpret_cast<ValueView*>(slots_)[i]; }

  const Program& program_;
  uint8_t version_slot_ = 0xff;  // the one that was read last
  bool has_version_ = false;
  union {
    base::Semver version_;
  };
  union {
    uint64_t version_key_;
  };
  alignas(ValueView) std::byte slots_[model::kMaxFlagAttributes * sizeof(ValueView)];
};

}  // namespace expt::eval

#endif  // EXPT_SRC_EVAL_SCOPE_H_
