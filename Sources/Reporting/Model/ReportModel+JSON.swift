import DSP
import Delivery
public import Diagnostics

extension ReportModel {
  /// The page, to be written beside the files.
  public var html: String { Page(model: self).html() }

  /// The report as data.
  /// - Parameters:
  ///   - files: the members of each file that `render --json` shows, by its id; paths are made relative.
  ///   - checks: as `render --json` shows them.
  public func json(files measured: [String: [JSONValue.Member]], checks: JSONValue) -> JSONValue {
    [
      "version": 1, "session": .string(session), "audition": .array(audition.map { .string($0) }),
      "title": .string(title), "seconds": Self.number(time.seconds, 6),
      "sample_rate": .integer(sampleRate),
      "deliverables": .array(files.map { .object(members($0, measured[$0.id] ?? [])) }), "checks": checks,
      "parts": .array(
        parts.map {
          [
            "deliverable": .string($0.id), "node": .string($0.node), "version": JSONValue($0.version),
            "path": .string($0.path), "integrated_lufs": Self.number($0.measurement.integrated, 3),
            "true_peak_dbtp": Self.number($0.measurement.truePeak, 3), "sha256": .string($0.sha256),
          ]
        }),
      "sums": .array(
        sums.map {
          [
            "deliverable": .string($0.id), "residual_dbfs": Self.number($0.residual, 2),
            "limit_dbfs": Self.number($0.limit, 2),
          ]
        }),
      "diagnostics": .array(
        notes.map {
          ["code": .string($0.code), "severity": .string($0.severity), "message": .string($0.message)]
        }), "time": timeObject, "automation": .array(lanes.map(Self.object)),
      "reductions": .array(reductions.map(Self.object)), "filters": .array(filters.map(Self.object)),
      "routing": routingObject, "account": .array(account.rows.map(Self.object)),
      "stems": .array(stems.map(Self.object)), "strips": .array(strips.map(Self.object)),
      "sections": .array(sections.map(Self.object)),
    ]
  }

  // MARK: Files

  private func members(_ file: File, _ measured: [JSONValue.Member]) -> [JSONValue.Member] {
    let analysis = file.analysis
    let known = measured.map { $0.name == "path" ? .init("path", .string(file.path)) : $0 }
    func side(_ pick: (DSP.Frame) -> Double, _ frames: [DSP.Frame]) -> JSONValue { Self.numbers(frames.map(pick), 4) }
    let channels: [JSONValue] =
      file.measurement.channels == 1
      ? [["min": side({ $0.x }, analysis.minima), "max": side({ $0.x }, analysis.maxima)]]
      : [
        ["min": side({ $0.x }, analysis.minima), "max": side({ $0.x }, analysis.maxima)],
        ["min": side({ $0.y }, analysis.minima), "max": side({ $0.y }, analysis.maxima)],
      ]
    return known + [
      .init("format", .string(file.format)), .init("premaster_lufs", Self.number(file.premasterLoudness, 3)),
      .init("target_lufs", Self.number(file.target, 3)), .init("ceiling_dbtp", Self.number(file.ceiling, 3)),
      .init("tags", .object(file.tags.map { .init($0.name, .string($0.value)) })),
      .init("waveform", ["step_seconds": Self.number(analysis.step, 9), "channels": .array(channels)]),
      .init(
        "correlation_course",
        ["step_seconds": Self.number(analysis.step, 9), "values": Self.numbers(analysis.correlation, 3)]),
      .init(
        "loudness_course",
        [
          "step_seconds": Self.number(analysis.loudnessHop, 3), "momentary_from_seconds": 0.4,
          "momentary_lufs": Self.numbers(analysis.momentary, 2), "short_term_from_seconds": 3,
          "short_term_lufs": Self.numbers(analysis.shortTerm, 2),
        ]),
      .init(
        "limiter_course",
        ["step_seconds": .number(LimiterTrace.step), "reduction_db": Self.numbers(file.limitingCourse, 2)]),
      .init(
        "true_peaks",
        .array(
          analysis.peaks.map { ["seconds": Self.number($0.seconds, 6), "dbtp": Self.number($0.level, 3)] })),
      .init(
        "spectrum",
        [
          "hz": Self.numbers(analysis.spectrum.frequencies, 2),
          "average_dbfs": Self.numbers(analysis.spectrum.average, 2),
          "peak_dbfs": Self.numbers(analysis.spectrum.peak, 2),
        ]),
      .init(
        "stereo_field",
        [
          "columns": .integer(DSP.StereoField.columns), "rows": .integer(DSP.StereoField.rows),
          "counts": .array(file.measurement.channels == 2 ? analysis.field.counts.map { .integer($0) } : []),
        ]),
    ]
  }

  // MARK: The mix

  private var timeObject: JSONValue {
    [
      "bars": .array(time.bars.map { ["bar": .integer($0.bar), "seconds": Self.number($0.seconds, 6)] }),
      "markers": .array(
        time.markers.map { ["name": .string($0.name), "seconds": Self.number($0.seconds, 6)] }),
      "tempos": .array(time.tempos.map { ["seconds": Self.number($0.seconds, 6), "bpm": Self.number($0.bpm, 6)] }),
      "meter": .string(time.meter),
    ]
  }

  private static func object(_ lane: Lane) -> JSONValue {
    [
      "path": .string(lane.path),
      "points": .array(
        lane.stops.map { ["seconds": number($0.seconds, 6), "value": .string($0.text)] }),
    ]
  }

  private static func object(_ reduction: Reduction) -> JSONValue {
    [
      "path": .string(reduction.path), "version": JSONValue(reduction.version), "type": .string(reduction.type),
      "greatest_db": number(reduction.greatest, 3),
      "typical_db": number(reduction.typical, 3), "activity": number(reduction.activity, 4),
      "step_seconds": number(reduction.step, 9), "reduction_db": numbers(reduction.course, 2),
    ]
  }

  private static func object(_ strip: StripMeasurement) -> JSONValue {
    [
      "path": .string(strip.path), "integrated_lufs": number(strip.loudness, 2), "peak_dbfs": number(strip.peak, 2),
      "crest_db": number(strip.crest, 2), "correlation": number(strip.correlation, 3),
    ]
  }

  private static func object(_ section: Section) -> JSONValue {
    [
      "name": JSONValue(section.name), "deliverable": .string(section.file), "from_seconds": number(section.from, 6),
      "to_seconds": number(section.to, 6), "integrated_lufs": number(section.loudness, 2),
      "max_short_term_lufs": number(section.shortTerm, 2), "peak_dbfs": number(section.peak, 2),
      "limiting_db": number(section.limiting, 2),
    ]
  }

  private static func object(_ filter: FilterCurve) -> JSONValue {
    [
      "path": .string(filter.path), "hz": numbers(filter.frequencies, 2), "set_db": numbers(filter.target, 3),
      "measured_db": numbers(filter.measured, 3), "deviation_db": number(filter.deviation, 4),
      "moves": .bool(filter.moves),
    ]
  }

  private var routingObject: JSONValue {
    [
      "nodes": .array(
        routing.nodes.map {
          [
            "id": .string($0.id), "kind": .string($0.kind.rawValue), "steps": .array($0.steps.map { .string($0) }),
            "silent": .bool($0.isSilent),
          ]
        }),
      "edges": .array(
        routing.edges.map {
          [
            "from": .string(routing.nodes[$0.from].id), "to": .string(routing.nodes[$0.to].id),
            "way": .string($0.way.rawValue), "level": $0.level.isEmpty ? .null : .string($0.level),
          ]
        }),
    ]
  }

  private static func object(_ row: Account.Row) -> JSONValue {
    [
      "id": .string(row.id), "kind": .string(row.kind.rawValue), "silent": .bool(row.isSilent),
      "clip_db": row.clips.map { [gain($0.lowerBound), gain($0.upperBound)] } ?? .null,
      "trim_db": gain(row.trim.decibels),
      "inserts_db": gain(row.inserts.decibels), "dynamics_db": number(-row.dynamics, 3),
      "level_db": gain(row.level.decibels), "vcas_db": gain(row.vcas.decibels), "left_db": gain(row.left),
      "right_db": gain(row.right), "output": JSONValue(row.output), "to_mix_db": gain(row.toMix),
      "moves": .array(
        [
          ("trim", row.trim.moves), ("inserts", row.inserts.moves), ("level", row.level.moves),
          ("vcas", row.vcas.moves), ("pan", row.panMoves),
        ]
        .filter(\.1).map { .string($0.0) }),
      "sends": .array(
        row.sends.map {
          [
            "bus": .string($0.bus), "level_db": gain($0.level.decibels), "pre_fader": .bool($0.isPreFader),
            "moves": .bool($0.level.moves),
          ]
        }),
    ]
  }

  private static func object(_ stem: Stem) -> JSONValue {
    [
      "clip": .string(stem.clip), "file": .string(stem.file), "sample_rate": .integer(stem.sampleRate),
      "channels": .integer(stem.channels), "seconds": number(stem.seconds, 6), "resampled": .bool(stem.isResampled),
    ]
  }

  // MARK: Numbers

  /// A gain in dB; silence is `-inf`, as the format writes it.
  private static func gain(_ decibels: Double) -> JSONValue {
    decibels == -.infinity ? "-inf" : number(decibels, 3)
  }

  /// With so many decimals; `null` for what does not exist.
  private static func number(_ value: Double?, _ places: Int) -> JSONValue {
    guard let value, value.isFinite else { return .null }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let rounded = Maths.roundedHalfUp(value * scale) / scale
    return .number(rounded == 0 ? 0 : rounded)
  }

  private static func numbers(_ values: [Double?], _ places: Int) -> JSONValue {
    .array(values.map { number($0, places) })
  }

  private static func numbers(_ values: [Double], _ places: Int) -> JSONValue {
    .array(values.map { number($0, places) })
  }
}
