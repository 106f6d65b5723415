import DSP
import Delivery

extension ReportModel {
  /// Every file by the song's markers, one of each master and version: its other files sound alike.
  static func sections(
    of files: [File], markers: [(name: String, seconds: Double)]
  ) -> [Section] {
    guard !markers.isEmpty else { return [] }
    var told: Set<[String]> = []
    return files.flatMap { file -> [Section] in
      guard told.insert(["\(file.master)", file.version ?? ""]).inserted else { return [] }
      let end = Double(file.measurement.frames) / Double(file.measurement.sampleRate)
      var begins = markers.filter { $0.seconds < end }.map { (name: Optional($0.name), seconds: $0.seconds) }
      if begins.first.map({ $0.seconds > 0 }) ?? true { begins.insert((nil, 0), at: 0) }
      return begins.indices.compactMap { place in
        let from = begins[place].seconds, to = place + 1 < begins.count ? begins[place + 1].seconds : end
        return to > from ? section(begins[place].name, of: file, from, to) : nil
      }
    }
  }

  private static func section(_ name: String?, of file: File, _ from: Double, _ to: Double) -> Section {
    let analysis = file.analysis
    /// Values of a series whose windows, each `window` seconds long, lie in the section.
    func inside(_ values: [Double], window: Double) -> [Double] {
      values.indices.filter { index in
        let end = window + Double(index) * analysis.loudnessHop
        return end - window >= from - 1e-6 && end <= to + 1e-6
      }.map { values[$0] }
    }
    // A step across a marker may hold what belongs to the other side.
    func steps(_ count: Int, _ step: Double) -> [Int] {
      (0..<count).filter { Double($0) * step >= from - 1e-6 && Double($0 + 1) * step <= to + 1e-6 }
    }
    let peak =
      steps(analysis.minima.count, analysis.step).map { index in
        let low = analysis.minima[index], high = analysis.maxima[index]
        return max(low.x.magnitude, low.y.magnitude, high.x.magnitude, high.y.magnitude)
      }.max() ?? 0
    let limited = steps(file.limitingCourse.count, LimiterTrace.step).map { file.limitingCourse[$0] }
    let shortTerm = inside(analysis.shortTerm, window: 3).max()
    return Section(
      name: name, file: file.id, from: from, to: to, loudness: gated(inside(analysis.momentary, window: 0.4)),
      shortTerm: shortTerm.flatMap { $0.isFinite ? $0 : nil },
      peak: peak > 0 ? Maths.decibels(amplitude: peak) : nil, limiting: file.hasLimiter ? limited.max() : nil)
  }

  /// Integrated loudness of blocks of 400 ms, 100 ms apart, above both gates (BS.1770-5).
  private static func gated(_ blocks: [Double]) -> Double? {
    func mean(_ values: [Double]) -> Double? {
      values.isEmpty
        ? nil : 10 * Maths.log10(values.reduce(0) { $0 + Maths.power10($1 / 10) } / Double(values.count))
    }
    let loud = blocks.filter { $0 > -70 }
    guard let first = mean(loud) else { return nil }
    return mean(loud.filter { $0 > first - 10 })
  }
}
