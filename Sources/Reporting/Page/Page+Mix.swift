import DSP
import Delivery
import Quantities

// What the page says of the mix that all files are made from.

extension Page {
  var mixSections: String {
    [checks, journey, parts, bySection, account, bridge, routing, automation, dynamics, filters, stems, notes].joined(
      separator: "\n")
  }

  private func section(_ id: String, _ title: String, _ lead: String, _ body: String) -> String {
    """
    <section id="\(id)"><div class="title"><h2>\(title)</h2>\(lead.isEmpty ? "" : "<p>\(lead)</p>")</div>
    \(body)
    </section>
    """
  }

  // MARK: Checks

  private var checks: String {
    guard !model.checks.isEmpty else { return "" }
    let rows = model.checks.map { check in
      """
      <tr class="\(check.passed ? "passed" : "missed")"><td>\(check.passed ? tick : "✕")<span class="spoken"> \
      \(check.passed ? "passed" : "missed")</span></td><td>\(escaped(title(of: check)))</td>\
      <td>\(escaped(words(check.deliverable)))</td><td>\(check.value == nil ? "–" : typographic(escaped(check.valueText)))</td>\
      <td>\(typographic(escaped(check.limit)))</td></tr>
      """
    }
    return section(
      "checks", "Checks", "",
      """
      <div class="scroll"><table class="wide left"><thead><tr><th></th><th>check</th><th>file</th><th>is</th>\
      <th>should be</th></tr></thead><tbody>\(rows.joined())</tbody></table></div>
      """
    )
  }

  // MARK: Parts

  private var parts: String {
    guard !model.parts.isEmpty else { return "" }
    let rows = model.parts.map { part in
      """
      <tr><td>\(escaped(words(part.id)))</td><td>\(escaped(words(part.node)))</td>\
      <td>\(model.hasFiles ? "<a href=\"\(escaped(address(part.path)))\">\(escaped(part.path))</a>" : escaped(part.path))</td>\
      <td>\(figure(part.measurement.integrated, 1))</td><td>\(figure(part.measurement.truePeak, 2))</td></tr>
      """
    }
    let sums = model.sums.map { sum in
      "<p>The files of \(escaped(words(sum.id))), read back, add up to the mix within "
        + "\(sum.residual.isFinite ? figure(sum.residual, 1, "dBFS") : "no difference at all"); at most \(figure(sum.limit, 1, "dBFS")) is allowed.</p>"
    }
    return section(
      "parts", "Parts", "Made before any master.",
      """
      <div class="scroll"><table class="wide left"><thead><tr><th>deliverable</th><th>part</th><th>file</th><th>LUFS</th>\
      <th>peak, dBTP</th></tr></thead><tbody>\(rows.joined())</tbody></table></div>
      <div class="after">\(sums.joined())</div>
      """)
  }

  // MARK: From the mix to the files

  private var journey: String {
    let rows = model.files.map { file -> String in
      let expected = file.premasterLoudness.map { $0 + file.gain }
      let lost = expected.flatMap { expected in file.measurement.integrated.map { $0 - expected } }
      let cut = file.clipping.map { figure(-$0, 2) } ?? "–"
      let taken = file.hasLimiter ? figure(-file.limiting, 2) : "–"
      return """
        <tr><td>\(escaped(words(file.id)))</td><td>\(figure(file.premasterLoudness, 2))</td>\
        <td>\(figure(file.gain, 2, signed: true))</td><td>\(figure(expected, 2))</td><td>\(cut)</td><td>\(taken)</td>\
        <td>\(figure(lost, 2, signed: true))</td><td><b>\(figure(file.measurement.integrated, 2))</b></td>\
        <td>\(figure(file.target, 1))</td><td>\(figure(file.measurement.truePeak, 2))</td><td>\(figure(file.ceiling, 1))</td></tr>
        """
    }
    return section(
      "master", "From the mix to the files",
      "One gain for the whole song; then clipper, limiter, fades, word length and codec; the file is read back and measured.",
      """
      <div class="scroll"><table class="wide"><thead><tr><th>file</th><th>mix, LUFS</th><th>gain, dB</th><th>makes</th>\
      <th>clipper at most, dB</th><th>limiter at most, dB</th><th>all after the gain, LU</th><th>file, LUFS</th><th>target</th><th>peak, dBTP</th><th>ceiling</th></tr></thead>\
      <tbody>\(rows.joined())</tbody></table></div>
      """)
  }

  // MARK: Automation

  private var automation: String {
    guard !model.lanes.isEmpty else { return "" }
    let length = max(model.time.seconds, 0.001)
    let marks = markerPlaces(model.time.seconds)
    let bands = model.lanes.map { lane -> String in
      let values = lane.points.map(\.place)
      let least = values.min() ?? 0, most = values.max() ?? 0
      let margin = max((most - least) * 0.12, 1e-9)
      let scale = Scale(top: most + margin, bottom: least - margin)
      var drawing = Drawing()
      drawing.upright(marks, "mark")
      drawing.line(lane.points.map { ($0.seconds / length, scale.place($0.place)) }, "lane")
      let stops = lane.stops.map { "\($0.text) at \(exactTime($0.seconds))" }.joined(separator: ", ")
      let shown = lane.stops.prefix(6).map { escaped(typographic($0.text)) }.joined(separator: " → ")
      return band(
        "low", escaped(short(lane.path)), key: shown + (lane.stops.count > 6 ? " …" : ""), labels: [],
        drawing.svg("\(lane.path): \(stops)"))
    }
    return section(
      "automation", "Automation", "Each lane on its parameter’s own scale, from its lowest to its highest value.",
      "<figure class=\"course song\">\(ruler(model.time.seconds))\n\(bands.joined(separator: "\n"))\n\(clock(model.time.seconds))</figure>"
    )
  }

  /// A path without what every path has: `keys · pan`.
  private func short(_ path: String) -> String {
    var keys = path.split(separator: ".").map(String.init)
    if ["tracks", "buses", "vcas", "deliverables"].contains(keys.first), keys.count > 2 { keys.removeFirst() }
    return keys.filter { $0 != "inserts" && $0 != "bands" }.map(words).joined(separator: " · ")
  }

  // MARK: Dynamics

  private var dynamics: String {
    let busy = model.reductions.filter { $0.greatest > 0.05 }, idle = model.reductions.filter { $0.greatest <= 0.05 }
    guard !model.reductions.isEmpty else { return "" }
    let seconds = model.time.seconds
    let depth = max(6, 3 * Double(coordinate((busy.map(\.greatest).max() ?? 0) / 3 + 0.49)))
    let graphs = busy.map { reduction -> String in
      var drawing = Drawing()
      drawing.across([0, 0.5, 1], "grid")
      drawing.area(hanging(reduction.course, step: reduction.step, seconds: seconds, depth: depth), "taken")
      return """
        <figure class="small"><figcaption><h3>\(escaped(short(reduction.path)))\(reduction.version.map { " · \(escaped(words($0)))" } ?? "")</h3>\
        <span class="key">\(figure(-reduction.greatest, 1)) dB at most, \(figure(reduction.typical.map { -$0 }, 1)) in the mean, \
        \(decimals(reduction.activity * 100, 0, "")) % of the time</span></figcaption>\
        <div class="axis" aria-hidden="true"><span style="top:0">0</span><span style="top:100%">\(figure(-depth, 0))</span></div>\
        <div class="plot">\(drawing.svg("Gain reduction of \(reduction.path) over time"))</div>\
        <p>\(escaped(typographic(reduction.settings.joined(separator: ", "))))</p></figure>
        """
    }
    let rest =
      idle.isEmpty
      ? "" : "<p class=\"aside\">Takes nothing: \(idle.map { escaped(short($0.path)) }.joined(separator: ", ")).</p>"
    return section(
      "dynamics", "Dynamics", "Gain reduction over the song, all on one scale.",
      "<div class=\"multiples\">\(graphs.joined(separator: "\n"))</div>\(rest)")
  }

  // MARK: Filters

  private var filters: String {
    guard !model.filters.isEmpty else { return "" }
    let graphs = model.filters.map(filter)
    let worst = model.filters.map(\.deviation).max() ?? 0
    return section(
      "equalisers", "Equalisers",
      """
      \(Self.key("measured", "as measured: an impulse through the running filter"))\
      \(Self.key("set", "as set: the analogue prototype"))<br>They differ by \(figure(worst, 2)) dB at most, where the \
      curve is above −60 dB.
      """,
      "<div class=\"multiples\">\(graphs.joined(separator: "\n"))</div>")
  }

  private func filter(_ filter: ReportModel.FilterCurve) -> String {
    let range = range(filter)
    let scale = Scale(top: range, bottom: -range)
    var drawing = Drawing()
    drawing.across([0.25, 0.75], "grid")
    drawing.across([0.5], "zero")
    drawing.upright(Self.octaves.map { Self.octavePlace($0.frequency) }, "grid")
    let places = filter.frequencies.map(Self.octavePlace)
    drawing.line(zip(places, filter.measured).map { (x: $0, y: scale.place($1)) }, "measured")
    drawing.line(zip(places, filter.target).map { (x: $0, y: scale.place($1)) }, "set")
    let dots = filter.bands.filter { $0.frequency >= 20 && $0.frequency <= 20_000 }.map { band -> String in
      let nearest = filter.frequencies.indices.min {
        abs(filter.frequencies[$0] - band.frequency) < abs(filter.frequencies[$1] - band.frequency)
      }
      let height = nearest.map { scale.place(filter.target[$0]) } ?? 0.5
      return "<i class=\"dot\" style=\"left:\(percent(Self.octavePlace(band.frequency)));top:\(percent(height))\"></i>"
    }
    let bands = filter.bands.map {
      "<b>\(escaped(words($0.id)))</b> \(escaped(typographic(([$0.type] + $0.settings).joined(separator: " "))))"
    }
    let scope = [filter.scope, filter.moves ? "moves; drawn as it starts" : ""].filter { !$0.isEmpty }
    return """
      <figure class="small filter"><figcaption><h3>\(escaped(short(filter.path)))</h3>\
      <span class="key">\(escaped(scope.joined(separator: ", ")))</span></figcaption>\
      <div class="axis" aria-hidden="true"><span style="top:0">\(figure(range, 0, signed: true))</span><span style="top:50%">0</span>\
      <span style="top:100%">\(figure(-range, 0))</span></div>\
      <div class="plot">\(drawing.svg("Curve of \(filter.path) from 20 Hz to 20 kHz"))\(dots.joined())</div>\(octaveLabels)\
      <p>\(bands.joined(separator: "<br>"))</p></figure>
      """
  }

  /// dB above and below 0 that show what a curve is about: boosts, dips and shelves whole, the slopes of passes and
  /// notches to −12 dB.
  private func range(_ filter: ReportModel.FilterCurve) -> Double {
    let falls = filter.bands.contains { $0.type.contains("pass") || $0.type == "notch" }
    let deepest = filter.target.map { falls && $0 < -12 ? 0 : $0.magnitude }.max() ?? 0
    // A little room for the dots.
    return max(6, min(48, 6 * Double(coordinate(deepest / 6 + 0.6))))
  }

  // MARK: Stems and notes

  private var stems: String {
    guard !model.stems.isEmpty else { return "" }
    let rows = model.stems.map { stem in
      """
      <tr><td>\(escaped(words(stem.clip)))</td><td>\(escaped(stem.file))</td><td>\(kilohertz(stem.sampleRate))\
      \(stem.isResampled ? " → \(kilohertz(model.sampleRate))" : "")</td><td>\(stem.channels == 1 ? "mono" : stem.channels == 2 ? "stereo" : "\(stem.channels) channels")</td>\
      <td>\(exactTime(stem.seconds))</td></tr>
      """
    }
    return section(
      "stems", "Stems", "",
      """
      <div class="scroll"><table class="wide left"><thead><tr><th>clip</th><th>file</th><th>rate</th><th>channels</th>\
      <th>length</th></tr></thead><tbody>\(rows.joined())</tbody></table></div>
      """
    )
  }

  private var notes: String {
    guard !model.notes.isEmpty else { return "" }
    let rows = model.notes.map {
      "<li class=\"\($0.severity)\"><b>\(escaped($0.severity)) \(escaped($0.code))</b> \(escaped($0.message))</li>"
    }
    return section("notes", "Notes", "", "<ul class=\"notes\">\(rows.joined())</ul>")
  }
}
