# Installs headers, libraries, schemas and the package files for find_package(expt) and pkg-config.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/expt DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/src/wire/expt DESTINATION ${CMAKE_INSTALL_DATADIR}/expt/proto
  FILES_MATCHING PATTERN "*.proto")

set(expt_targets expt_core expt_stats)
if(TARGET expt_client)
  list(APPEND expt_targets expt_client expt_testing)
endif()
set_target_properties(expt_core PROPERTIES EXPORT_NAME core)
set_target_properties(expt_stats PROPERTIES EXPORT_NAME stats)
if(TARGET expt_client)
  set_target_properties(expt_client PROPERTIES EXPORT_NAME client)
  set_target_properties(expt_testing PROPERTIES EXPORT_NAME testing)
endif()
install(TARGETS ${expt_targets} EXPORT exptTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT exptTargets NAMESPACE expt:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/expt)

if(TARGET expt_client)
  set(EXPT_HAS_CLIENT 1)
else()
  set(EXPT_HAS_CLIENT 0)
endif()
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/exptConfig.cmake.in ${PROJECT_BINARY_DIR}/exptConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/expt)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/exptConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/exptConfig.cmake ${PROJECT_BINARY_DIR}/exptConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/expt)

# From the folder of the .pc files, so that `cmake --install --prefix` may put everything elsewhere.
file(RELATIVE_PATH EXPT_PREFIX_FROM_PKGCONFIG /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(${CMAKE_CURRENT_LIST_DIR}/expt.pc.in ${PROJECT_BINARY_DIR}/expt.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/expt.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# For tests of programs only, so a package of its own.
if(TARGET expt_testing)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/expt_testing.pc.in ${PROJECT_BINARY_DIR}/expt_testing.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/expt_testing.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()

# The C interface is a set of targets of its own, which needs nothing that the library is built with.
if(TARGET expt_c)
  set_target_properties(expt_c PROPERTIES EXPORT_NAME c)
  install(TARGETS expt_c EXPORT exptCTargets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT exptCTargets NAMESPACE expt:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/expt)
  configure_file(${CMAKE_CURRENT_LIST_DIR}/expt_c.pc.in ${PROJECT_BINARY_DIR}/expt_c.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/expt_c.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()

if(TARGET exptd)
  install(TARGETS exptd expt_cli DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
