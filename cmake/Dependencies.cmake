# Everything here is a Debian 12 package (script/bootstrap installs them). Nothing is downloaded at build time.
find_package(Python3 REQUIRED COMPONENTS Interpreter)  # tools/sqlgen.py and the tests of the tree
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json url system)
find_package(OpenSSL 3 REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(CURL REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n)
find_package(GTest REQUIRED)
find_package(prometheus-cpp REQUIRED CONFIG)
find_package(PkgConfig REQUIRED)
pkg_check_modules(cmark REQUIRED IMPORTED_TARGET libcmark)
pkg_check_modules(tomlplusplus REQUIRED IMPORTED_TARGET tomlplusplus)
find_package(date REQUIRED)
find_package(pugixml REQUIRED CONFIG)

# libphonenumber-dev cannot be installed beside Boost 1.81 on Debian 12, so script/bootstrap unpacks its headers into
# .deps/phonenumber and installs only the runtime library. Where the package is installed, it is simply used.
find_path(HERALD_PHONENUMBER_INCLUDE phonenumbers/phonenumberutil.h
          HINTS ${CMAKE_SOURCE_DIR}/.deps/phonenumber/usr/include)
find_library(HERALD_PHONENUMBER_LIBRARY NAMES phonenumber libphonenumber.so.8 PATHS /usr/lib /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE})
find_library(HERALD_PROTOBUF_LIBRARY NAMES protobuf libprotobuf.so.32 REQUIRED)
if(NOT HERALD_PHONENUMBER_INCLUDE OR NOT HERALD_PHONENUMBER_LIBRARY)
  message(FATAL_ERROR "libphonenumber was not found. Run script/bootstrap, which installs it and unpacks its headers into .deps/")
endif()
add_library(herald_phonenumber INTERFACE)
target_include_directories(herald_phonenumber SYSTEM INTERFACE ${HERALD_PHONENUMBER_INCLUDE})
target_link_libraries(herald_phonenumber INTERFACE ${HERALD_PHONENUMBER_LIBRARY} ${HERALD_PROTOBUF_LIBRARY})
