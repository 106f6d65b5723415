import CYAML

/// The version of libyaml, such as `0.2.5`.
public func libyamlVersion() -> String {
  unsafe String(cString: yaml_get_version_string())
}
