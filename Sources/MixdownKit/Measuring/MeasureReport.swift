public import AudioFiles
public import Delivery
public import Diagnostics
import Quantities

/// What was measured of some audio files.
public struct MeasureReport: Sendable {
  public struct File: Sendable {
    public var path: String
    public var measurement: Measurement
    public var inspection: Inspection
  }

  /// What is asked for beside the files.
  public struct Options: Sendable {
    /// Whether the folders of a folder are looked into.
    public var isRecursive = false
    /// Whether a plot is wanted.
    public var plots = false

    public init() {}
  }

  public private(set) var files: [File] = []
  /// Files that could not be measured.
  public private(set) var errors: [AudioFileError] = []
  /// Whether a folder was asked for: then its files are told in a table.
  public private(set) var hasFolder = false

  init(_ paths: [String], _ options: Options) {
    var found: [String] = []
    var standardInput: StandardInput?
    for path in paths {
      if path == StandardInput.name {
        do throws(AudioFileError) {
          let input = try StandardInput()
          found.append(input.path)
          standardInput = input
        } catch { errors.append(error) }
        continue
      }
      guard AudioFolder.isFolder(path) else {
        found.append(path)
        continue
      }
      hasFolder = true
      do throws(AudioFileError) {
        found += try AudioFolder.files(in: path, deeper: options.isRecursive)
      } catch { errors.append(error) }
    }
    let results = inspect(audioFiles: found, curve: options.plots, workers: processorCount())
    for (place, result) in zip(found, results) {
      let path = place == standardInput?.path ? StandardInput.name : place
      switch result {
      case .success(let (measurement, inspection)):
        files.append(File(path: path, measurement: measurement, inspection: inspection))
      case .failure(let error): errors.append(AudioFileError(error.kind, path))
      }
    }
  }

  /// What is worth knowing of files that were measured.
  public var notes: [String] {
    files.filter(\.inspection.isOpenEnded).map { openEndedNote($0.path) }
  }

  public var status: ExitStatus { errors.isEmpty ? .done : .input }

  /// The object that scripts rely on.
  public var json: JSONValue {
    [
      "version": 1,
      "files": .array(
        files.map {
          .object([.init("path", .string($0.path))] + members($0.measurement) + found($0.inspection))
        }),
      "errors": .array(errors.map { ["path": .string($0.path), "message": .string($0.message)] }),
    ]
  }

  /// Gaps and runs in JSON; the count says how many there are.
  private static let listed = 100

  private func found(_ inspection: Inspection) -> [JSONValue.Member] {
    [
      .init("open_ended", .bool(inspection.isOpenEnded)),
      .init("head_silence_seconds", .number(inspection.silenceHead)),
      .init("tail_silence_seconds", .number(inspection.silenceTail)),
      .init("gap_count", .integer(inspection.gapCount)),
      .init(
        "gaps",
        .array(
          inspection.gaps.prefix(Self.listed).map {
            ["start_seconds": .number($0.start), "seconds": .number($0.length)]
          })),
      .init("clipped_run_count", .integer(inspection.clippedRunCount)),
      .init(
        "clipped_runs",
        .array(
          inspection.clippedRuns.prefix(Self.listed).map {
            [
              "start_seconds": .number($0.start), "channel": .integer($0.channel), "samples": .integer($0.samples),
            ]
          })),
      .init("noise_floor_dbfs", JSONValue(inspection.noiseFloor)),
      .init("side_level_db", JSONValue(inspection.sideLevel)),
      .init("bass_side_level_db", JSONValue(inspection.bassSideLevel)),
      .init("sibilance_lu", JSONValue(inspection.sibilance)),
      .init("mono_compatibility_lu", JSONValue(inspection.monoCompatibility)),
    ]
  }
}

func openEndedNote(_ path: String) -> String {
  "`\(path)` does not say how long it is, as when it was written into a pipe: it is read to its end"
}
