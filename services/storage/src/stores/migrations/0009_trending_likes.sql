-- Takes out of a trending score what trending_after put in, so that a like taken back and given again adds nothing.
create function trending_without(score double precision, weight double precision, at_seconds double precision) returns double precision
language sql immutable parallel safe as $$
  select case
    when score <= 0 or ln(weight) + (at_seconds - 1577836800) / 604800 >= score then 0
    else greatest(0, score + ln(1 - exp(ln(weight) + (at_seconds - 1577836800) / 604800 - score)))
  end
$$;
