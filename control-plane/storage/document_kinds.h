// Names of kinds in the state store. Stored; never renamed.
#ifndef EXPT_CONTROL_PLANE_STORAGE_DOCUMENT_KINDS_H_
#define EXPT_CONTROL_PLANE_STORAGE_DOCUMENT_KINDS_H_

#include <string_view>

namespace expt::storage {

inline constexpr std::string_view kProjectKind = "project";
inline constexpr std::string_view kEnvironmentKind = "environment";
inline constexpr std::string_view kFlagKind = "flag";
inline constexpr std::string_view kConfigurationKind = "flag_configuration";
inline constexpr std::string_view kSegmentKind = "segment";
inline constexpr std::string_view kAttributeKind = "attribute";
inline constexpr std::string_view kMetricKind = "metric";
inline constexpr std::string_view kMetricVersionKind = "metric_version";  // key "purchase@3"
inline constexpr std::string_view kLayerKind = "layer";
inline constexpr std::string_view kHoldoutKind = "holdout";
inline constexpr std::string_view kExperimentKind = "experiment";
inline constexpr std::string_view kOverrideKind = "override";  // without an environment: of the whole project
inline constexpr std::string_view kContextKind = "context";
inline constexpr std::string_view kFlagTestKind = "flag_test";
inline constexpr std::string_view kMetricGroupKind = "metric_group";
inline constexpr std::string_view kTemplateKind = "template";
inline constexpr std::string_view kDashboardKind = "dashboard";
inline constexpr std::string_view kEmergencyOffKind = "emergency_off";  // its key is the same
// Of no project.
inline constexpr std::string_view kMemberKind = "member";  // its key is its id
inline constexpr std::string_view kTeamKind = "team";
inline constexpr std::string_view kRoleKind = "role";
inline constexpr std::string_view kBindingKind = "binding";  // its key is its id

}  // namespace expt::storage

#endif  // EXPT_CONTROL_PLANE_STORAGE_DOCUMENT_KINDS_H_
