// Text together with what keeps it alive: a payload on its way from the host to the model that views it.
#ifndef EXPT_SRC_BASE_SHARED_TEXT_H_
#define EXPT_SRC_BASE_SHARED_TEXT_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace expt::base {

#if defined(EXPT_SMALL_CODE)

class SharedText {
 public:
  SharedText() = default;
  explicit SharedText(std::string text) : text_(std::move(text)) {}

  std::string_view view() const { return text_; }
  // Whoever holds the answer keeps `view` alive.
  std::shared_ptr<const void> Keep(std::string_view& view) && {
    auto kept = std::make_shared<const std::string>(std::move(text_));
    view = *kept;
    return kept;
  }

 private:
  std::string text_;
};

#else

// Copies share the text.
class SharedText {
 public:
  SharedText() = default;
  SharedText(std::string_view view, std::shared_ptr<const void> owner) : view_(view), owner_(std::move(owner)) {}
  explicit SharedText(std::string text) {
    auto kept = std::make_shared<const std::string>(std::move(text));
    view_ = *kept;
    owner_ = std::move(kept);
  }

  std::string_view view() const { return view_; }
  // Whoever holds the answer keeps `view` alive.
  std::shared_ptr<const void> Keep(std::string_view& view) && {
    view = view_;
    return std::move(owner_);
  }

 private:
  std::string_view view_;
  std::shared_ptr<const void> owner_;
};

#endif

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_SHARED_TEXT_H_
