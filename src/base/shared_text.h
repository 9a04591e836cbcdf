// Text together with what keeps it alive.
#ifndef EXPT_SRC_BASE_SHARED_TEXT_H_
#define EXPT_SRC_BASE_SHARED_TEXT_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace expt::base {

// A view with its owner. Copies share the text.
struct SharedText {
  SharedText() = default;
  SharedText(std::string_view text, std::shared_ptr<const void> text_owner)
      : view(text), owner(std::move(text_owner)) {}
  explicit SharedText(std::string text) {
    auto kept = std::make_shared<const std::string>(std::move(text));
    view = *kept;
    owner = std::move(kept);
  }

  std::string_view view;
  std::shared_ptr<const void> owner;
};

}  // namespace expt::base

#endif  // EXPT_SRC_BASE_SHARED_TEXT_H_
